/**
 * `npm run screenshots`: pictures of each component of cards and of each view of the page, light and dark, 1280 and 420 px wide, into dist/screenshots, with
 * an index.html that shows them beside each other. `npm run screenshots -- card-table page` takes those alone whose names begin so.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cardScenes } from './screenshots/cards.mjs';
import { withPageScenes } from './screenshots/pages.mjs';
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
const taken = [];
const browser = await openChromium();
try {
  await take(cardScenes());
  if (wanted.length === 0 || wanted.some((one) => one.startsWith('page'))) await withPageScenes(take);
} finally {
  await browser.close();
}
writeFileSync(join(folder, 'index.html'), indexOf(taken));
process.stdout.write(`${taken.length * VIEWS.length} pictures: ${join(folder, 'index.html')}\n`);

/** Each of them in each view. */
async function take(all) {
  const scenes = all.filter(isWanted);
  taken.push(...scenes);
  for (const view of VIEWS) {
    const context = await browser.newContext(view.options);
    const page = await context.newPage();
    for (const { name, show } of scenes) {
      await show(page, folder);
      await page.screenshot({ path: join(folder, `${name}-${view.name}.png`), fullPage: true });
    }
    await context.close();
  }
}
