/** Spins whose inputs are not known before they begin: Nx executes them, and replays nothing in their place. */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Workspace } from '../lib/workspace';

const FLOW = `
import { flow } from '@nx-flow/core';

const f = flow('slow');
export const start = f.start(() => ({ one: 1 }));
export const quick = f.step('quick', { after: start }, ({ self }) => ({ two: self.one + 1 }));
export const slow = f.step('slow', { after: quick }, async () => ({ said: await (await fetch(process.env.SLOW_ASKS)).text() }));
export default f.end(slow);
`;
const workspace = new Workspace('unforeseen', { 'slow/slow.flow.ts': FLOW });
const server = createServer().listen(0, '127.0.0.1');
afterAll(() => server.close());
const REPLAYED = 'Nx read the output from the cache';

test('while a run goes on, what it has finished is spun, each time anew', async () => {
  if (!server.listening) await once(server, 'listening');
  const SLOW_ASKS = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const asked: Promise<[unknown, ServerResponse]> = once(server, 'request') as never;
  const run = workspace.nxMeanwhile(['run', 'slow'], { SLOW_ASKS });
  const [, answer] = await asked;
  for (let i = 0; i < 2; i++) {
    const { code, text } = await workspace.warm('spin', 'slow', '--step=quick');
    expect([code, text]).toEqual([0, expect.stringContaining('inputs of slow/1/quick/2')]);
    expect(text).not.toContain(REPLAYED);
  }
  answer.end('go on');
  expect((await run).text).toContain('slow/1 done');
  expect((await workspace.warm('spin', 'slow', '--step=quick')).text).not.toContain(REPLAYED);
  expect((await workspace.warm('spin', 'slow', '--step=quick')).text).toContain(REPLAYED);
});

test('start is spun in a store that is not there yet', async () => {
  workspace.env = { NX_FLOW_STORE: join(workspace.folder, 'dist/another-store') };
  const { code, text } = await workspace.warm('spin', 'slow', '--step=start');
  expect([code, text]).toEqual([0, expect.stringMatching(/one +number +\d+ B/)]);
});
