/** The page in a browser: what people do with it, and what nobody may do to them. */

import { MARKUP, prepare } from './flows';
import { axe, browserTests, go, Look } from './kit';

const it = browserTests();
const look = new Look();
const { ws } = look;

beforeAll(async () => {
  if (it !== test) return;
  await prepare(ws);
  await look.open();
});
afterAll(() => look.close());

it('a run is started, watched from its start to its end, and its card changes in place', async () => {
  const { page, problems, elsewhere } = await look.at('/start?flow=live');
  await page.getByLabel('label').fill('mine');
  await page.getByRole('button', { name: /^Run/ }).click();
  await page.waitForURL('**/run/live/1');
  await page.locator('.run header .status.running').first().waitFor();
  await ws.hear('train-1');
  await page.getByRole('table', { name: 'Tasks' }).getByRole('link', { name: 'train[0]' }).first().click();
  const card = page.frameLocator('iframe').first();
  await card.getByText('It waits.').waitFor();
  const inside = page.frames().find((frame) => frame.url().includes('/frame/'));
  await inside?.evaluate('globalThis.kept = true');
  await page.getByText('begun').waitFor();
  ws.tell('change-1');
  await card.getByText('It has changed.').waitFor();
  expect(await inside?.evaluate('globalThis.kept')).toBe(true);
  ws.tell('go-1');
  await page.locator('.facts .status.done').first().waitFor();
  await page.goBack();
  await page.waitForURL('**/run/live/1');
  ws.tell('change-2');
  ws.tell('go-2');
  await page.locator('.run header .status.done').first().waitFor();
  await page.getByRole('table', { name: 'Tasks' }).getByRole('link', { name: 'all' }).waitFor();
  expect([problems, elsewhere]).toEqual([[], []]);
  await page.context().close();
});

it('filters are in the address, a deep link shows them, and Back leaves them', async () => {
  const { page, problems, elsewhere } = await look.at('/runs?flow=films&status=failed');
  const rows = page.getByRole('table', { name: 'Runs' });
  await rows.getByText('The rate is too large').waitFor();
  expect(new URL(page.url()).hash).toBe('');
  expect(await rows.locator('[data-at]').count()).toBe(1);
  await page.getByRole('button', { name: 'failed' }).click();
  await rows.getByRole('link', { name: 'films/1' }).waitFor();
  expect(page.url()).not.toContain('status=');
  await page.getByLabel('Filter runs').fill('best');
  await page.waitForURL('**q=best**');
  await rows.getByRole('link', { name: 'films/1' }).waitFor({ state: 'detached' });
  await rows.getByRole('link', { name: 'films/2' }).click();
  await page.getByRole('heading', { name: 'films/2' }).waitFor();
  await page.goBack();
  await page.waitForURL('**q=best**');
  await rows.getByRole('link', { name: 'films/2' }).waitFor();
  await page.goBack();
  await rows.getByText('The rate is too large').waitFor();
  expect([problems, elsewhere]).toEqual([[], []]);
  await page.context().close();
});

it('two runs are chosen and compared: parameters, values, cards', async () => {
  const { page, problems, elsewhere } = await look.at('/runs?flow=films');
  for (const run of ['films/1', 'films/2']) await page.getByLabel(`Compare ${run}`).check();
  await page.getByRole('link', { name: /^Compare films/ }).click();
  await page.waitForURL('**/compare?**');
  await page.getByText('scores').first().waitFor();
  expect(await axe(page)).toEqual([]);
  expect([problems, elsewhere]).toEqual([[], []]);
  await page.context().close();
});

it('an input is edited, and the step executed on it', async () => {
  const { page, problems, elsewhere } = await look.at('/task/films/1/grade/2');
  await page.getByRole('link', { name: 'Spin this' }).waitFor();
  await page.keyboard.press('s');
  await page.waitForURL('**/spin?**');
  const rate = page.getByLabel('rate', { exact: true }).first();
  await rate.fill('7x');
  await page.getByRole('button', { name: /^Line 1, column/ }).waitFor();
  await rate.fill('7');
  await rate.press('Control+Enter');
  await page
    .getByRole('link', { name: /^Spin 1/ })
    .first()
    .waitFor();
  const came = page.locator('.came');
  await came.getByText('70').first().waitFor();
  await page.frameLocator('.came iframe').first().getByText('Graded').waitFor();
  expect(await axe(page)).toEqual([]);
  await go(page, '/spins');
  await page.getByRole('table', { name: 'Spins' }).getByRole('link', { name: '1' }).waitFor();
  expect(await axe(page)).toEqual([]);
  expect([problems, elsewhere]).toEqual([[], []]);
  await page.context().close();
});

it('keys: / filters, j and k move, Enter opens, ? tells them', async () => {
  const { page, problems } = await look.at('/runs?flow=films');
  const focused = () => page.evaluate('document.activeElement.textContent');
  await page.getByRole('link', { name: 'films/3' }).waitFor();
  await page.keyboard.press('j');
  await expect(focused()).resolves.toBe('films/3');
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await page.keyboard.press('k');
  await expect(focused()).resolves.toBe('films/2');
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keys' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.keyboard.press('/');
  await page.keyboard.type('jk');
  await page.waitForURL('**q=jk**');
  await page.keyboard.press('Escape');
  await go(page, '/runs?flow=films');
  await page.getByRole('link', { name: 'films/3' }).waitFor();
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/run/films/3');
  expect(problems).toEqual([]);
  await page.context().close();
});

/** Shown when all of it is there. */
const PAGES: [path: string, shown: string | RegExp, options: object][] = [
  ['/runs', 'films/3', {}],
  ['/run/films/2', /^\+\d/, { colorScheme: 'dark' }],
  ['/task/films/3/grade/2', 'RangeError', {}],
  ['/task/films/2/grade/2', 'graded at 2', { colorScheme: 'dark', viewport: { width: 420, height: 800 } }],
  ['/start?flow=films', 'rate', { colorScheme: 'dark' }],
  ['/runs?q=nothing', 'No run is like that.', { viewport: { width: 420, height: 800 } }],
];

it.each(PAGES)('axe finds nothing serious on %s', async (path, shown, options) => {
  const { page, problems, elsewhere } = await look.at(path, options);
  await page.getByRole('main').getByText(shown).first().waitFor();
  expect(await axe(page)).toEqual([]);
  expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
  expect([problems, elsewhere]).toEqual([[], []]);
  await page.context().close();
});

it('markup in names, values, logs and cards of an import executes nothing', async () => {
  const { page, problems } = await look.at('/runs?flow=evil');
  const url = page.url();
  await page.getByText(MARKUP.slice(0, 30)).first().waitFor();
  await go(page, '/run/evil/1');
  await page.getByRole('table', { name: 'Tasks' }).getByText(MARKUP.slice(0, 30)).waitFor();
  await go(page, '/task/evil/1/start/1');
  const card = page.frameLocator('iframe').first();
  await card.getByText(MARKUP.slice(0, 30)).first().waitFor();
  // Of an import, not even what its author put into a frame of its own is executed.
  await card.locator('iframe').waitFor();
  expect(await card.frameLocator('iframe').getByText('it ran').count()).toBe(0);
  await page.getByText(MARKUP.slice(0, 30)).first().waitFor();
  const worlds = await Promise.all(page.frames().map((frame) => frame.evaluate('globalThis.pwned')));
  expect(worlds.length).toBeGreaterThan(2);
  expect(worlds.every((pwned) => pwned === undefined)).toBe(true);
  expect(new URL(page.url()).origin).toBe(new URL(url).origin);
  expect(await page.title()).not.toMatch(/pwned|ran/);
  expect(problems.filter((text) => /dialog/.test(text))).toEqual([]);
  await go(page, '/spins');
  await page.getByRole('heading', { name: 'Spins of the moment' }).waitFor();
  expect(await page.getByText('by command').count()).toBe(0);
  await page.context().close();
});
