/** Each component of cards, with what it usually shows and with what it can hardly show. */
import { createRequire } from 'node:module';
import { examples } from './examples.mjs';

const card = createRequire(import.meta.url)('@nx-flow/core/card');

/** Cards without what takes time to know: the clock stands still. */
const host = { now: () => Date.UTC(2026, 10, 30, 12) };

/** @returns {{ name: string, show(page: import('playwright-core').Page): Promise<void> }[]} */
export function cardScenes() {
  return Object.entries(examples(card)).map(([name, shown]) => ({
    name: `card-${name}`,
    show: async (page) => {
      const made = card.createCard(host);
      made.title = name;
      for (const one of shown) made.add(one);
      await page.setContent(card.renderCard(made.toDocument()), { waitUntil: 'load' });
      // Frames tell how high they are.
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    },
  }));
}
