/** Each component of cards, with what it usually shows and with what it can hardly show. */
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { examples } from './examples.mjs';

const card = createRequire(import.meta.url)('@nx-flow/core/card');

/** Cards without what takes time to know: the clock stands still. */
const host = { now: () => Date.UTC(2026, 10, 30, 12) };

/** @returns {{ name: string, show(page: import('playwright-core').Page, folder: string): Promise<void> }[]} */
export function cardScenes() {
  return Object.entries(examples(card)).map(([name, shown]) => ({
    name: `card-${name}`,
    show: async (page, folder) => {
      const made = card.createCard(host);
      made.title = name;
      for (const one of shown) made.add(one);
      const file = join(folder, `card-${name}.html`);
      writeFileSync(file, card.renderCard(made.toDocument()));
      await page.goto(pathToFileURL(file).href);
      // Frames tell how high they are.
      await page.evaluate(
        () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
      );
    },
  }));
}
