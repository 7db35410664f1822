/** What a socket alone shows: requests as Node hands them over. */
import { request as ask } from 'node:http';
import type { ServedPage } from '@nx-flow/core/ui';
import { Workspace } from '../../../flow-core/test/kit/workspace';
import { pageApp } from '../../src/server/app';
import { openHere } from '../../src/server/here';
import { servePage } from '../../src/server/serve';

const ws = new Workspace();
const place = { workspace: ws.folder, cwd: ws.folder, store: ws.path('.flow'), namespace: undefined };
let page: ServedPage;
beforeAll(async () => {
  page = await servePage({ ...place, spins: false, env: true, note() {}, port: 0 });
});
afterAll(async () => {
  await page.close();
  ws.dispose();
});

const refusalOf = (method: string, path: string, headers: Record<string, string> = {}, body?: string) =>
  new Promise<[status: number | undefined, code: string]>((resolve, reject) => {
    const { origin, hash } = new URL(page.url);
    const authorization = `Bearer ${hash.slice('#token='.length)}`;
    const all = { authorization, 'content-type': 'application/json', ...headers };
    const asked = ask(`${origin}${path}`, { method, headers: all }, async (response) => {
      let text = '';
      for await (const piece of response) text += piece;
      resolve([response.statusCode, JSON.parse(text).error.code]);
    });
    asked.on('error', reject).end(body);
  });

test.each([
  ['DELETE', '/api/work/movies/1', 'FLOW_RUN_NOT_FOUND', 404],
  ['DELETE', '/api/spins/1', 'FLOW_SPIN_NOT_FOUND', 404],
  ['POST', '/api/work', 'FLOW_UI_REQUEST', 400],
  ['POST', '/api/spins', 'FLOW_UI_REQUEST', 400],
])('%s %s without a body gets its own answer', async (method, path, code, status) => {
  expect(await refusalOf(method, path)).toEqual([status, code]);
});

test('a body of no length is refused, and one of a length is read', async () => {
  const chunked = await refusalOf('POST', '/api/frame', { 'transfer-encoding': 'chunked' }, '{}');
  expect(chunked).toEqual([411, 'FLOW_UI_REQUEST']);
  const read = await refusalOf('POST', '/api/work', { 'content-length': '8' }, '{"run":1}'.slice(0, 8));
  expect(read).toEqual([400, 'FLOW_UI_REQUEST']);
});

test('an error that nobody expected is one sentence; where it was thrown is told in the terminal', async () => {
  const notes: string[] = [];
  const here = await openHere({ ...place, spins: false, env: true, note: (text) => notes.push(text) });
  here.port = 4780;
  here.client = () => {
    throw new TypeError('nobody\nexpected it');
  };
  const headers = { host: '127.0.0.1:4780', authorization: `Bearer ${here.token.text}` };
  const response = await pageApp(here).request('http://127.0.0.1:4780/api/runs', { headers });
  expect([response.status, await response.json()]).toEqual([
    500,
    { error: { code: 'FLOW_INTERNAL', message: 'The server did not expect this error: nobody' } },
  ]);
  expect(notes).toEqual([expect.stringContaining('TypeError: nobody\nexpected it\n    at ')]);
  await here.close();
});
