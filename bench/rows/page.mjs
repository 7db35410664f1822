/** The page of a run of 10,000 tasks, in Chromium. */
import { firstPaint, inTab, longestTask, withBrowser, withEmptyPage, withPage } from '../lib/browser.mjs';
import { withWorkspace } from '../lib/workspace.mjs';

const GOAL = 3;
const TASKS = 10_000;
const FEW = 10;
/** Pixels, and how often. */
const [TURN, TURNS] = [900, 20];

const flow = (name, count) => `import { flow } from '@nx-flow/core';
const f = flow('${name}');
const start = f.start(() => ({ ns: [...Array(${count}).keys()] }));
const each = f.foreach('each', { after: start, over: 'ns' }, ({ input }) => ({ input }));
export default f.end(f.join('all', { after: each }, ({ inputs }) => ({ count: inputs.length })));
`;

const FILES = {
  'package.json': '{ "name": "bench", "private": true }',
  'wide.flow.ts': flow('wide', TASKS),
  'narrow.flow.ts': flow('narrow', FEW),
};

/** Opens a run, and waits until its tasks are listed. Gives the milliseconds until then. */
async function listed(page, address) {
  await page.goto(address);
  await page.locator('.tasks [data-at] a').first().waitFor();
  return page.evaluate('performance.now()');
}

/** As somebody does who looks for something. */
async function lookAround(page) {
  const frame = () => page.evaluate('new Promise((done) => requestAnimationFrame(() => setTimeout(done)))');
  await page.mouse.move(600, 500);
  for (const way of [1, -1])
    for (let i = 0; i < TURNS; i++) {
      await page.mouse.wheel(0, way * TURN);
      await frame();
    }
  await page.getByLabel('Filter tasks').fill('each[7');
  await page.waitForURL('**q=**');
  await frame();
  await page.getByLabel('Filter tasks').fill('');
  await page.waitForURL((url) => !url.search.includes('q='));
  await frame();
}

export default {
  name: 'page',
  what: `the page of a run of ${TASKS.toLocaleString('en')} tasks`,
  floor: `an empty page in the same browser; the page of a run of ${FEW} tasks`,
  // Each opens a tab, and looks around in it for seconds.
  samples: 10,
  open: (build, use) =>
    withWorkspace(build, FILES, async (workspace) => {
      for (const name of ['wide', 'narrow']) await workspace.nxFlow('run', name);
      return withBrowser((browser) =>
        withEmptyPage((empty) =>
          withPage(workspace, (origin, token) => {
            const look = (name) => () =>
              inTab(browser, async (page) => {
                await listed(page, `${origin}/run/${name}/1${token}`);
                return { ms: await longestTask(browser, page, () => lookAround(page)) };
              });
            return use([
              {
                what: 'opened',
                floor: () =>
                  inTab(browser, async (page) => {
                    await page.goto(empty);
                    const ms = await firstPaint(page);
                    return { ms, whole: ms };
                  }),
                ours: () =>
                  inTab(browser, async (page) => {
                    const whole = await listed(page, `${origin}/run/wide/1${token}`);
                    return { ms: await firstPaint(page), whole };
                  }),
                figures: [
                  { of: 'ms', what: 'first paint', goal: GOAL },
                  { of: 'whole', what: 'until the tasks are listed' },
                ],
              },
              {
                what: 'the longest task while one scrolls and filters',
                warm: 1,
                floor: look('narrow'),
                ours: look('wide'),
                figures: [{ of: 'ms', goal: GOAL }],
              },
            ]);
          }),
        ),
      );
    }),
};
