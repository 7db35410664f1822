/** The command: one line of JSON, a page behind a token, and an end by Ctrl-C that leaves nothing. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Started, until, Workspace } from '../../../flow-core/test/kit/workspace';
import { servePage } from '../../src/server/serve';

const ws = new Workspace();
let ui: Started | undefined;
afterAll(() => {
  ui?.child.kill('SIGKILL');
  return ws.dispose();
});

const request = () => ({
  ...{
    workspace: ws.folder,
    cwd: ws.folder,
    store: ws.path('.flow'),
    namespace: undefined,
    spins: false,
    env: true,
  },
  note() {},
});

test('nx-flow ui --json --open: a line with the address, a file that leads there, and an end in order', async () => {
  // A browser that keeps what it was given.
  ws.write(
    'browser.cjs',
    "#!/usr/bin/env node\nconst fs = require('fs');\nfs.copyFileSync(process.argv[2], __dirname + '/opened.html');\n",
  );
  const { chmodSync } = await import('node:fs');
  chmodSync(ws.path('browser.cjs'), 0o755);
  ui = ws.start(['ui', '--json', '--open', '--port=0'], { env: { BROWSER: ws.path('browser.cjs') } });
  await ui.printed('"url"');
  await ui.printed('The page is open');
  let printed = '';
  ui.child.stdout?.on('data', (text: string) => {
    printed += text;
  });
  const opened = () => (readdirSync(ws.folder).includes('opened.html') ? ws.read('opened.html') : '');
  await until(() => opened().endsWith('</html>\n'), 'the browser');
  const url = /url=(http:[^"]*)"/.exec(opened())?.[1] as string;
  const [, origin, token] = /^(http:\/\/127\.0\.0\.1:\d+)\/#token=([\w-]{43})$/.exec(url) as RegExpExecArray;
  const [file = ''] = readdirSync(ws.path('.flow')).filter((name) => name.endsWith('.html'));
  expect(statSync(ws.path('.flow', file)).mode & 0o777).toBe(0o600);
  expect(readFileSync(`/proc/${ui.pid}/cmdline`, 'utf8')).not.toContain(token);
  const authorization = `Bearer ${token}`;
  expect((await fetch(`${origin}/api/about`)).status).toBe(401);
  const about = await fetch(`${origin}/api/about`, { headers: { authorization } });
  expect(await about.json()).toMatchObject({ version: 1, flows: [] });
  // As a browser asks: without a body, and without a length.
  const stopped = await fetch(`${origin}/api/work/movies/1`, {
    method: 'DELETE',
    headers: { authorization, 'content-type': 'application/json' },
  });
  expect(stopped.status).toBeLessThan(500);
  await stopped.body?.cancel();
  const events = await fetch(`${origin}/api/events`, { headers: { authorization } });
  expect(events.headers.get('content-type')).toMatch(/^text\/event-stream/);
  const reader = events.body?.getReader();
  const { value } = (await reader?.read()) ?? {};
  expect(new TextDecoder().decode(value)).toMatch(/^data: \{"type":"hello","server":"[\w-]+"\}\n\n$/);
  ui.child.kill('SIGINT');
  const { code, json } = await ui.done;
  expect([code, json]).toEqual([0, { url }]);
  expect(printed).toBe('');
  expect(readdirSync(ws.path('.flow')).filter((name) => name.endsWith('.html'))).toEqual([]);
});

test('a port that is taken is told; without one, the next is taken', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as AddressInfo;
  await expect(servePage({ ...request(), port })).rejects.toMatchObject({ code: 'FLOW_UI_PORT', exit: 2 });
  const [first, second] = [await servePage(request()), await servePage(request())];
  const ports = [first, second].map(({ url }) => Number(new URL(url).port));
  expect(ports[1]).toBeGreaterThan(ports[0] as number);
  await Promise.all([first.close(), second.close()]);
  other.close();
});

test('a beginning that is not there is told before anything is served', async () => {
  await expect(servePage({ ...request(), port: 0, at: 'shows/1' })).rejects.toMatchObject({
    code: 'FLOW_RUN_NOT_FOUND',
  });
});
