/**
 * `npm run screenshots`: pictures of each component of cards, light and dark, 1280 and 420 px wide, into dist/screenshots, with
 * an index.html that shows them beside each other. `npm run screenshots -- table vega` takes those alone whose names begin so.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cardScenes } from './screenshots/cards.mjs';
import { indexOf, VIEWS } from './screenshots/views.mjs';

const { findChromium, MISSING, openChromium } = createRequire(import.meta.url)('./chromium.cjs');
const folder = fileURLToPath(new URL('../dist/screenshots', import.meta.url));

if (findChromium() === undefined) {
  process.stderr.write(`${MISSING}\n`);
  process.exit(1);
}
const wanted = process.argv.slice(2);
const isWanted = ({ name }) => wanted.length === 0 || wanted.some((one) => name.startsWith(one));
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const scenes = cardScenes().filter(isWanted);
const browser = await openChromium();
try {
  for (const view of VIEWS) {
    const context = await browser.newContext(view.options);
    const page = await context.newPage();
    for (const { name, show } of scenes) {
      await show(page, folder);
      await page.screenshot({ path: join(folder, `${name}-${view.name}.png`), fullPage: true });
    }
    await context.close();
  }
} finally {
  await browser.close();
}
writeFileSync(join(folder, 'index.html'), indexOf(scenes));
process.stdout.write(`${scenes.length * VIEWS.length} pictures: ${join(folder, 'index.html')}\n`);
