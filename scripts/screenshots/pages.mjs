/** Each view of the page, on runs of the examples. */
import { withPage } from './store.mjs';

/**
 * @typedef {object} View
 * @property {string} path
 * @property {string} shown a text that stands there when all of it is there
 * @property {(page: import('playwright-core').Page) => Promise<void>} [act] what is done then
 * @property {boolean} [cut] that only the window is taken: long lists and cards fill themselves when they are scrolled to
 */

/** @type {Record<string, View>} */
const VIEWS = {
  runs: { path: '/runs', shown: 'penguins/2' },
  run: { path: '/run/penguins/2', shown: 'judge', cut: true },
  task: { path: '/run/penguins/2?step=report', shown: 'report', act: openFirst },
  events: { path: '/run/reviews/3?step=secondLook', shown: 'secondLook', act: openFirst },
  failed: { path: '/run/reviews/1?step=start', shown: 'Timeline', act: (page) => first(page).click() },
  compare: { path: '/compare?a=penguins/2&b=penguins/1', shown: 'seed', cut: true },
  'compare-tasks': { path: '/compare?a=penguins/2/report/58&b=penguins/1/report/57', shown: 'Artifacts' },
  spins: { path: '/spins', shown: 'learning' },
  spun: { path: '/spins/1', shown: 'curve', act: whole },
  spin: { path: '/spin?flow=reviews&step=classify&run=2&index=1', shown: 'Inputs', act: spin },
  start: { path: '/start?flow=penguins', shown: 'seed' },
};

/** Gives `use` the scenes, and what it gives back; the runs and the server are gone afterwards. */
export function withPageScenes(use) {
  return withPage(async ({ origin, token, nxFlow }) => {
    await nxFlow('spin', 'penguins', 'learning', '--params.folds=3');
    await nxFlow('spin', 'penguins', 'learning', '--params.folds=10');
    return use(
      Object.entries(VIEWS).map(([name, { path, shown, act, cut }]) => ({
        name: `page-${name}`,
        cut,
        show: async (page) => {
          await page.goto('about:blank');
          await page.goto(`${origin}${path}#${token}`);
          await page.getByRole('main').getByText(shown).first().waitFor();
          await act?.(page);
          // Frames tell how high they are.
          await page.evaluate('new Promise((done) => setTimeout(done, 400))');
        },
      })),
    );
  });
}

function first(page) {
  return page.locator('.tasks [data-at] a').first();
}

async function openFirst(page) {
  await first(page).click();
  await whole(page);
}

/** Until its card is there. */
async function whole(page) {
  await page.frameLocator('iframe').first().locator('h1, h2').first().waitFor();
}

/** The second review, by the other model. */
async function spin(page) {
  await page.getByLabel('model', { exact: true }).first().fill('"large"');
  await page.getByRole('button', { name: 'Execute' }).click();
  await page.getByText('against the origin').waitFor();
  await page.evaluate('scrollTo(0, 0)');
  await whole(page);
}
