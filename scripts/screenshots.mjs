/**
 * `npm run screenshots`: pictures of each component of cards and of each view of the page, light and dark, 1280 and 420 px wide, into
 * dist/screenshots, with an index.html that shows them beside each other. `npm run screenshots -- card-table page` takes those alone
 * whose names begin so. `npm run screenshots -- docs` takes the pictures of the README and of docs, into docs/pictures.
 */
import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cardScenes } from './screenshots/cards.mjs';
import { takeDocs } from './screenshots/docs.mjs';
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
const browser = await openChromium();
try {
  await (wanted.includes('docs') ? takeForDocs() : takeAll());
} finally {
  await browser.close();
}

async function takeForDocs() {
  const files = await withPageScenes((scenes) => takeDocs(browser, scenes));
  for (const file of files) process.stdout.write(`${file}  ${Math.round(statSync(file).size / 1e3)} kB\n`);
}

async function takeAll() {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const taken = await take(cardScenes());
  if (wanted.length === 0 || wanted.some((one) => one.startsWith('page')))
    taken.push(...(await withPageScenes(take)));
  writeFileSync(join(folder, 'index.html'), indexOf(taken));
  process.stdout.write(`${taken.length * VIEWS.length} pictures: ${join(folder, 'index.html')}\n`);
}

/** Each of them in each view. Gives those that were wanted. */
async function take(all) {
  const scenes = all.filter(isWanted);
  for (const view of VIEWS) {
    const context = await browser.newContext(view.options);
    const page = await context.newPage();
    for (const { name, show, cut } of scenes) {
      await show(page, folder);
      await page.screenshot({ path: join(folder, `${name}-${view.name}.png`), fullPage: !cut });
    }
    await context.close();
  }
  return scenes;
}
