/**
 * Steps that misbehave in their process: each fails or not, as it would by itself; the next task finds what the first one
 * found; a run and a spin agree. Sequences of them are drawn in `conformance/hostile.test.ts`.
 */

import { hostileFlow, MISBEHAVIOURS, type Misbehaviour, NAMES_FILE } from '../conformance/misbehaviours';
import { Workspace } from '../kit/workspace';

const ws = new Workspace().shareProcess();
ws.write('odd.flow.ts', hostileFlow('odd', ", catch: 'why'"));
afterAll(() => ws.dispose());

const NAMES = Object.keys(MISBEHAVIOURS);
ws.write(NAMES_FILE, `${NAMES}`);
const told = ({ fails }: Misbehaviour) => (fails ? expect.stringMatching(fails) : 'done');

test('the next task of the same worker finds what the first one found, whatever was done before it', async () => {
  const ran = await ws.ok(['run', 'odd', '--max-workers=1', '--json']);
  expect(ran.json.status).toBe('done');
  const { artifacts } = (await ws.ok(['dump', 'odd/1/all', '--json'])).json;
  for (const [i, name] of NAMES.entries()) {
    expect([name, artifacts.told[2 * i]]).toEqual([name, told(MISBEHAVIOURS[name] as Misbehaviour)]);
    expect([`after ${name}`, artifacts.told[2 * i + 1]]).toEqual([`after ${name}`, artifacts.before]);
  }
});

test('a spin of each ends as its task did in the run, in a process that goes on', async () => {
  for (const [i, name] of NAMES.entries()) {
    const { fails, spinFails = fails, harsh } = MISBEHAVIOURS[name] as Misbehaviour;
    if (harsh) continue;
    const { code, json } = await ws.nxFlow(['spin', 'odd', 'each', `--index=${2 * i}`, '--json']);
    const message = spinFails ? expect.stringMatching(spinFails) : undefined;
    expect([name, code, json?.error?.message]).toEqual([name, spinFails ? 1 : 0, message]);
  }
});

test('what the top of a file sets is what each task finds, also after a task that changed it; run and spin agree', async () => {
  ws.write(
    'tops.flow.ts',
    `import { flow } from '@nx-flow/core';
if (process.env.WHOLE) process.env = { ...process.env, TOP: 'top' };
else process.env.TOP = 'top';
process.umask(0o77);
process.title = 'top';
process.chdir('/');
const look = () => [process.env.TOP, process.umask(), process.title, process.cwd()].join();
const f = flow('tops');
export const start = f.start(() => ({ list: [1, 2, 3] }));
export const each = f.foreach('each', { after: start, over: 'list' }, () => {
  const told = look();
  process.env.TOP = process.title = 'changed';
  process.umask(0);
  process.chdir('/');
  return { told };
});
export const all = f.join('all', { after: each }, ({ inputs }) => ({ told: inputs.map(({ told }) => told) }));
export default f.end(all);
`,
  );
  const found = `top,${0o77},top,${ws.folder}`;
  for (const env of [{}, { WHOLE: 'yes' }] as Record<string, string>[]) {
    const { json } = await ws.start(['run', 'tops', '--max-workers=1', '--json'], { env }).done;
    const { artifacts } = (await ws.ok(['dump', `${json.pathspec}/all`, '--json'])).json;
    expect(artifacts.told).toEqual([found, found, found]);
    const spun = await ws.start(['spin', 'tops', 'each', '--json'], { env }).done;
    expect(spun.json.artifacts.told).toMatchObject({ change: 'same' });
  }
});

/** What the command itself calls after the step, in the one process that they share: nobody else's is so close. */
const PATCHES: Record<string, string> = {
  patterns: 'RegExp.prototype.exec = RegExp.prototype.test = no;',
  numbers: 'Number.prototype.toFixed = Number.prototype.toString = no;',
  bytes: 'Buffer.prototype.toString = Uint8Array.prototype.subarray = no;',
  dates: 'Date.prototype.getTime = Date.prototype.toISOString = no;',
  'weak maps': 'WeakMap.prototype.get = WeakMap.prototype.set = no;',
  loops: 'Object.getPrototypeOf(new Map().entries()).next = no;',
  'what follows asynchronous work': 'AsyncLocalStorage.prototype.getStore = no;',
  files:
    'Object.assign(fs, { readFileSync: no, writeFileSync: no, openSync: no }); fs.promises.writeFile = no;',
  sockets: 'Socket.prototype.write = Writable.prototype.write = no;',
  'the clone of values': 'DefaultSerializer.prototype.writeValue = no;',
  paths: 'Object.assign(path, { join: no, resolve: no });',
  digests: 'Object.assign(crypto, { createHash: no, randomUUID: no });',
};

test('what an ended task begins to listen with, and what the file does, ends neither the next task nor the spin', async () => {
  ws.write(
    'late.flow.ts',
    `import { flow } from '@nx-flow/core';
process.on('uncaughtException', () => { throw new Error('of the file'); });
const events = ['beforeExit', 'exit', 'uncaughtException', 'uncaughtExceptionMonitor', 'unhandledRejection'];
const odd: Record<string, () => unknown> = {
  listens: () => void setImmediate(() => {
    for (const name of events) process.prependOnceListener(name, () => process.exit(0));
  }),
  waits: () => new Promise(() => {}),
  throws: () => new Promise(() => setTimeout(() => { throw new RangeError('mine'); }, 1)),
  exits: async () => { await new Promise((go) => setTimeout(go, 1)); process.exit(3); },
};
const f = flow('late');
export const start = f.start(() => ({ names: ['waits', 'throws', 'exits'].flatMap((name) => ['listens', name]) }));
export const each = f.foreach('each', { after: start, over: 'names', catch: 'why' }, async ({ input }) => void await odd[input]());
export const all = f.join('all', { after: each }, ({ inputs }) => ({ told: inputs.map(({ why }: any) => why?.message) }));
export default f.end(all);
`,
  );
  await ws.ok(['run', 'late', '--max-workers=1']);
  const { told } = (await ws.ok(['dump', 'late/1/all', '--json'])).json.artifacts;
  const stuck = 'The step waits for a promise that nothing can settle any more.';
  const exited = 'The worker process exited with code 3 in the middle of the task.';
  expect(told).toEqual([null, stuck, null, 'mine', null, exited]);
  const { json } = await ws.nxFlow(['spin', 'late', 'each', '--index=3', '--json']);
  expect(json.error.message).toBe('mine');
});

test('a spin tells what its step returned, whatever that patched of what Node brings along', async () => {
  ws.write(
    'patches.flow.ts',
    `import { AsyncLocalStorage } from 'node:async_hooks';
import crypto from 'node:crypto';
import fs from 'node:fs';
import { Socket } from 'node:net';
import path from 'node:path';
import { Writable } from 'node:stream';
import { DefaultSerializer } from 'node:v8';
import { flow } from '@nx-flow/core';
void [AsyncLocalStorage, crypto, fs, Socket, path, Writable, DefaultSerializer];
const no = (() => { throw new Error('patched'); }) as never;
const patches: Record<string, () => void> = {
${Object.entries(PATCHES)
  .map(([name, body]) => `  ${JSON.stringify(name)}: () => { ${body} },`)
  .join('\n')}
};
const f = flow('patches');
export default f.end(f.start(() => {
  patches[process.env.PATCH as string]?.();
  return { rate: 1.5, text: 'a-b' };
}));
`,
  );
  for (const name of Object.keys(PATCHES)) {
    const { code, json } = await ws.nxFlow(['spin', 'patches', 'start', '--json'], { env: { PATCH: name } });
    expect([name, code, json?.artifacts]).toMatchObject([
      name,
      0,
      { rate: { preview: '1.5' }, text: { preview: '"a-b"' } },
    ]);
  }
});
