/** Who may ask: nobody without the token, and no page of somebody else's. Nothing is executed here, and no store is made. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Asking, askHere } from '../../kit/here';

const folder = mkdtempSync(join(tmpdir(), 'nx-flow-ui-'));
let asking: Asking;
beforeAll(async () => {
  asking = await askHere(folder);
});
afterAll(async () => {
  await asking.here.close();
  rmSync(folder, { recursive: true });
});

const ROUTES = [
  '/api/about',
  '/api/runs',
  '/api/run/movies/1',
  '/api/run/movies/1/tasks',
  '/api/task/movies/1/start/1',
  '/api/log/movies/1/start/1',
  '/api/compare?a=movies/1&b=movies/2',
  '/api/flow/movies',
  '/api/inputs?flow=movies&step=start',
  '/api/spins',
  '/api/spins/1',
  '/api/spins/1/log',
  '/api/events',
  '/api/nothing',
];

test.each(ROUTES)('nothing is read without the token: %s', async (path) => {
  expect(await asking.refused(path, { anybody: true })).toMatchObject([401, 'FLOW_UI_TOKEN']);
  const headers = { authorization: `Bearer ${asking.here.token.text.slice(0, -1)}` };
  expect(await asking.refused(path, { headers })).toMatchObject([401, 'FLOW_UI_TOKEN']);
});

test.each(['/api/frame', '/api/tags', '/api/spins', '/api/work'])(
  'nothing is changed without the token, or by a form: %s',
  async (path) => {
    expect(await asking.refused(path, { body: {}, anybody: true })).toMatchObject([401, 'FLOW_UI_TOKEN']);
    for (const type of ['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain'])
      expect(
        await asking.refused(path, { body: 'flow=movies', headers: { 'content-type': type } }),
      ).toMatchObject([415, 'FLOW_UI_REQUEST']);
  },
);

test('neither by DELETE', async () => {
  for (const path of ['/api/spins/1', '/api/work/movies/1'])
    expect(await asking.refused(path, { method: 'DELETE', anybody: true })).toMatchObject([
      401,
      'FLOW_UI_TOKEN',
    ]);
});

test('the token in the address is none', async () => {
  expect(await asking.refused(`/api/about?token=${asking.here.token.text}`, { anybody: true })).toMatchObject(
    [401, 'FLOW_UI_TOKEN'],
  );
});

test('a name that leads to this address is refused, and so is a page of another origin, also with the token', async () => {
  for (const host of [
    'evil.example:4780',
    'evil.example',
    '127.0.0.1',
    '127.0.0.1:80',
    'localhost.evil.example:4780',
    '',
  ]) {
    expect(await asking.refused('/api/about', { headers: { host } })).toMatchObject([403, 'FLOW_UI_HOST']);
    expect((await asking.ask('/', { headers: { host } })).status).toBe(403);
  }
  for (const origin of [
    'http://evil.example',
    'null',
    'http://127.0.0.1:4781',
    'https://127.0.0.1:4780',
    'http://localhost:4780',
  ])
    expect(await asking.refused('/api/about', { headers: { origin } })).toMatchObject([
      403,
      'FLOW_UI_ORIGIN',
    ]);
  const own = { origin: 'http://localhost:4780', host: 'localhost:4780' };
  expect((await asking.ask('/api/about', { headers: own })).status).toBe(200);
});

test("a request that asks for another origin's leave gets none", async () => {
  const headers = { origin: 'http://127.0.0.1:4780', 'access-control-request-method': 'POST' };
  const response = await asking.ask('/api/spins', { method: 'OPTIONS', headers, anybody: true });
  expect(response.status).toBe(401);
  expect([...response.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
});

test('what is too large is refused, and what is no JSON object', async () => {
  const body = JSON.stringify({ text: 'a'.repeat(9 * 1024 * 1024) });
  const length = { 'content-length': String(body.length) };
  expect(await asking.refused('/api/frame', { body, headers: length })).toMatchObject([
    413,
    'FLOW_UI_REQUEST',
  ]);
  for (const wrong of ['', '{', '[]', '"a"', 'null'])
    expect(await asking.refused('/api/frame', { body: wrong })).toMatchObject([400, 'FLOW_UI_REQUEST']);
});

test('every answer says that it leaves nothing to others', async () => {
  for (const path of ['/', '/runs', '/api/about', '/api/nothing', '/frame/none']) {
    const { headers } = await asking.ask(path);
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
    if (path.startsWith('/api')) expect(headers.get('cache-control')).toBe('no-store');
  }
});

test('the page itself needs no token, executes its own script alone, and stands in no frame', async () => {
  for (const path of ['/', '/run/movies/12', '/task/movies/12/train/3']) {
    const response = await asking.ask(path, { anybody: true });
    expect(response.status).toBe(200);
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'; script-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
    expect(await response.text()).toContain('<!doctype html>');
  }
});

test.each([
  '/../package.json',
  '/..%2f..%2fpackage.json',
  '/%2e%2e/%2e%2e/package.json',
  '/page/../../package.json',
  '/index.js',
  '/app.js%00.html',
  '/.../package.json',
])('a path leads to no other file: %s', async (path) => {
  const response = await asking.ask(path, { anybody: true });
  const text = await response.text();
  expect(text).not.toContain('@hono');
  expect(response.status === 404 || text.startsWith('<!doctype html>')).toBe(true);
});

test('paths with dots name no run', async () => {
  for (const path of ['/api/run/..%2f..%2fetc/1', '/api/run/movies/..', '/api/task/movies/1/..%2fstart/1'])
    expect((await asking.ask(path)).status).toBeGreaterThanOrEqual(400);
});

test('who only looks makes no store', async () => {
  expect(await asking.json('/api/runs')).toEqual({ runs: [] });
  expect(await asking.json('/api/spins')).toEqual({ spins: [], dropped: 0 });
  expect(existsSync(join(folder, '.flow'))).toBe(false);
});
