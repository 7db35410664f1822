/** Clones of one workspace in folders of their own, and a remote cache between them: what one has executed, others replay. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { CacheServer } from '../lib/cache-server';
import { remove } from '../lib/remove';
import { type Result, Workspace } from '../lib/workspace';

const FLOW = `
import { flow } from '@nx-flow/core';
import { loud } from '../words/loud';

const f = flow('scores');
export const start = f.start(() => ({ rows: [3, 1, 2] }));
export const each = f.foreach('each', { after: start, over: 'rows' }, ({ input }) => ({ twice: input * 2 }));
export const best = f.join('best', { after: each }, ({ inputs }) => {
  console.log('the best of all');
  return { best: Math.max(...inputs.map(({ twice }) => twice)) };
});
export const note = f.step('note', { after: start }, ({ self }) => ({ note: loud(self.rows.length + ' rows') }));
export const both = f.gather('both', { after: { best, note } }, ({ inputs }) => ({
  text: inputs.note.note + ': ' + inputs.best.best,
}));
export default f.end(both);
`;
const STEPS = ['start', 'each', 'best', 'note', 'both', 'end'];
const SERVER = 'NX_SELF_HOSTED_REMOTE_CACHE_SERVER';
const TOKEN = 'NX_SELF_HOSTED_REMOTE_CACHE_ACCESS_TOKEN';

const server = new CacheServer({ write: 'may write', read: 'may read' });
let url: string;
let first: Workspace;
let second: Workspace;

const clone = (name: string, cloneOf: Workspace, user: string) =>
  new Workspace(
    `remote/${name}`,
    {},
    { cloneOf, env: { [SERVER]: url, [TOKEN]: server.tokens.write, NX_FLOW_USER: user } },
  );

beforeAll(async () => {
  url = await server.listen();
  const origin = new Workspace('remote/origin', {
    // Nx 24 would select tasks by their inputs, and those of steps have code as a fingerprint, not as files.
    'nx.json': { analytics: false, plugins: ['@nx-flow/plugin'] },
    'scores/scores.flow.ts': FLOW,
    'words/project.json': { name: 'words' },
    'words/loud.ts': 'export const loud = (text: string) => text.toUpperCase();\n',
    'app/project.json': { name: 'app', targets: { test: { command: 'echo tested' } } },
  });
  origin.git('init', '-q', '-b', 'main');
  commit(origin);
  first = clone('first', origin, 'ada');
  second = clone('deeper/down/second', origin, 'bob');
});
afterAll(() => server.close());

const path = (clone: Workspace, ...parts: string[]) => join(clone.folder, ...parts);
function commit(clone: Workspace, file?: string, edit = (text: string) => text): void {
  if (file) clone.write({ [file]: edit(readFileSync(path(clone, file), 'utf8')) });
  clone.git('add', '.');
  clone.git('commit', '-q', '-m', 'one more');
}
/** As on a machine that has only the sources. The process of Nx goes on with its database, whose entries lie nowhere. */
async function forget(clone: Workspace): Promise<void> {
  await clone.forget('broker', 'plugin');
  for (const folder of ['.nx/cache', '.flow', 'dist']) remove(path(clone, folder));
  const data = path(clone, '.nx/workspace-data');
  if (!existsSync(data)) return;
  for (const name of readdirSync(data)) if (!/\.db(-\w+)?$/.test(name)) remove(join(data, name));
}

/** A command in a clone, with more in its environment. */
async function nx(
  clone: Workspace,
  args: string[],
  env: Record<string, string> = {},
  command = clone.warm,
): Promise<Result> {
  const { env: before } = clone;
  clone.env = { ...before, ...env };
  const result = command(...args);
  clone.env = before;
  return await result;
}

/** What Nx did with each task that it names; of the steps of the flow, by their names. */
function did({ text }: Result): Record<string, string> {
  const lines = text.matchAll(/^(?:>|✔ ) nx run (\S+)(?: --\S+)*(?: +\[(.+)\])?$/gm);
  return Object.fromEntries(
    [...lines].map(([, task = '', how]) => [task.replace('scores:spin-', ''), how ?? 'executed']),
  );
}
const all = (how: string, steps = STEPS) => Object.fromEntries(steps.map((step) => [step, how]));

/** Every folder and every byte. */
function tree(folder: string): [string, string][] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => [
      name,
      statSync(join(folder, name)).isFile() ? readFileSync(join(folder, name), 'latin1') : 'a folder',
    ]);
}

const spinEnd = (clone: Workspace, ...args: string[]) => nx(clone, ['run', 'scores:spin-end', ...args]);

test('a flow executed on one machine is replayed on another, in another folder, for another user', async () => {
  expect(did(await spinEnd(first))).toEqual(all('executed'));
  expect(server.told()).toEqual({ 'GET 404': STEPS.length, 'PUT 200': STEPS.length });
  const replayed = await spinEnd(second);
  expect(did(replayed)).toEqual(all('remote cache'));
  expect(replayed.text).toContain('the best of all');
  expect(server.told()).toEqual({ 'GET 200': STEPS.length });
  expect(tree(path(second, 'dist'))).toEqual(tree(path(first, 'dist')));
  expect(existsSync(path(second, '.flow'))).toBe(false);
});

describe('nx affected -t test spin-end', () => {
  const affected = (clone: Workspace) =>
    nx(clone, ['affected', '-t', 'test', 'spin-end', '--base=HEAD~1', '--output-style=static']);

  test('an edit of a step executes it and what follows; with that edit, all is replayed elsewhere', async () => {
    await forget(second);
    commit(second, 'scores/scores.flow.ts', (text) => text.replace('Math.max', 'Math.min'));
    const edited = ['best', 'both', 'end'];
    const others = ['start', 'each', 'note'];
    expect(did(await affected(second))).toEqual({
      ...all('executed', edited),
      ...all('remote cache', others),
    });
    first.git('pull', '-q', second.folder, 'main');
    server.told();
    expect(did(await affected(first))).toEqual({
      ...all('remote cache', edited),
      ...all('local cache', others),
    });
    expect(server.told()).toEqual({ 'GET 200': edited.length });
    expect(tree(path(first, 'dist'))).toEqual(tree(path(second, 'dist')));
  });

  test('what a flow imports from another project brings its steps along, and another project does not', async () => {
    commit(first, 'words/loud.ts', (text) => text.replace('toUpperCase()', 'toUpperCase() + "!"'));
    expect(did(await affected(first))).toEqual({
      ...all('executed', ['note', 'both', 'end']),
      ...all('local cache', ['start', 'each', 'best']),
    });
    commit(first, 'words/loud.ts', (text) => `// A comment.\n${text}`);
    // The last step is selected by it, and keeps what it left.
    const comment = await affected(first);
    expect(did(comment)).toEqual({ ...all('local cache'), end: 'executed' });
    expect(comment.text).toContain('still valid: what scores/end left');
    commit(first, 'app/project.json', (text) => `${text}\n`);
    expect(did(await affected(first))).toEqual({ 'app:test': 'executed' });
  });
});

describe('nx spin', () => {
  const spin = (clone: Workspace, env?: Record<string, string>) =>
    nx(clone, ['spin', 'scores', '--step=best'], env);
  const spun = (clone: Workspace) => tree(path(clone, 'dist/flow/scores/spin/best'));
  const ADA = { NX_FLOW_USER: 'ada' };

  test('what one machine has spun, another replays where its run recorded the same', async () => {
    second.git('pull', '-q', first.folder, 'main');
    for (const clone of [first, second]) await nx(clone, ['run', 'scores'], ADA, clone.warmFlow);
    expect(did(await spin(first))).toEqual({ 'scores:spin': 'executed' });
    expect(did(await spin(second, ADA))).toEqual({ 'scores:spin': 'remote cache' });
    expect(spun(second)).toEqual(spun(first));
  });

  test('a spin is its user’s own: another has no run to take inputs from, and then a run of their own', async () => {
    const none = await spin(second);
    expect([none.code, none.text]).toEqual([1, expect.stringContaining('FLOW_NO_INPUTS')]);
    await second.warmFlow('run', 'scores');
    expect(did(await spin(second))).toEqual({ 'scores:spin': 'executed' });
    expect(did(await spin(second))).toEqual({ 'scores:spin': 'local cache' });
  });

  test('a run comes to a fresh machine by nx snapshot, and is spun there, with nothing else set up', async () => {
    expect(did(await nx(first, ['snapshot', 'scores']))).toEqual({ 'scores:snapshot': 'executed' });
    const third = clone('third', first, 'eve');
    expect(did(await nx(third, ['snapshot', 'scores']))).toEqual({
      'scores:snapshot': 'remote cache',
    });
    expect(tree(path(third, 'dist/flow/scores/snapshot'))).toEqual(
      tree(path(first, 'dist/flow/scores/snapshot')),
    );
    const { code, text } = await spin(third);
    expect(text).toContain('imported the snapshot dist/flow/scores/snapshot/scores.nxflow as scores/1');
    expect(text).toMatch(/best +number +\d+ B +same/);
    expect(code).toBe(0);
    // By whoever recorded it: a machine of CI and one's own, under one name, share their spins too.
    await forget(third);
    await nx(third, ['snapshot', 'scores'], ADA);
    expect(did(await spin(third, ADA))).toEqual({ 'scores:spin': 'executed' });
    expect(did(await spin(third, ADA))).toEqual({ 'scores:spin': 'remote cache' });
    expect(spun(third)).toEqual(spun(first));
  });
});

describe('a server that gives nothing', () => {
  beforeEach(() => forget(first));
  const spinStart = (env: Record<string, string>, ...args: string[]) =>
    nx(first, ['run', 'scores:spin-start', ...args], env);
  const refused = (saying: string) => ({ code: 1, text: expect.stringContaining(saying), did: {} });
  const outcome = (result: Result) => ({ code: result.code, text: result.text, did: did(result) });

  test('a wrong token: Nx executes nothing and ends with 1', async () => {
    expect(outcome(await spinStart({ [TOKEN]: 'wrong' }))).toEqual(refused('Unauthorized: no such token'));
    expect(server.told()).toMatchObject({ 'GET 401': 1 });
  });

  test('a token that may only read: what is not there is executed and kept here, and Nx does not complain', async () => {
    commit(first, 'scores/scores.flow.ts', (text) => text.replace('[3, 1, 2]', '[3, 1, 2, 4]'));
    const reader = { [TOKEN]: server.tokens.read };
    server.told();
    const result = await spinStart(reader);
    expect([result.code, did(result)]).toEqual([0, { start: 'executed' }]);
    expect(server.told()).toEqual({ 'GET 404': 1, 'PUT 403': 1 });
    expect(did(await spinStart(reader))).toEqual({ start: 'local cache' });
  });

  test('nobody listens: the same as a wrong token, but for what lies in the local cache, or without the server', async () => {
    const gone = new CacheServer(server.tokens);
    const dead = { [SERVER]: await gone.listen() };
    await gone.close();
    expect(outcome(await spinStart(dead))).toEqual(refused('Failed to send request'));
    const without = await spinStart(dead, '--skip-remote-cache');
    expect([without.code, did(without)]).toEqual([0, { start: 'executed' }]);
    expect(without.text).toContain('Remote Cache Disabled');
    expect(did(await spinStart(dead))).toEqual({ start: 'local cache' });
    await forget(first);
    expect(did(await spinStart({ ...dead, NX_SKIP_REMOTE_CACHE: 'true' }))).toEqual({ start: 'executed' });
    expect(did(await spinStart({ [SERVER]: '' }))).toEqual({ start: 'local cache' });
  });

  test('it takes requests and answers none: Nx waits for as long as the connection stands', async () => {
    const held = server.hold();
    const waiting = spinStart({});
    const letGo = await held;
    // No event tells that it does not give up.
    const soon = new Promise((resolve) => setTimeout(resolve, 3000, 'waits'));
    expect(await Promise.race([waiting, soon])).toBe('waits');
    letGo();
    expect(outcome(await waiting)).toEqual(refused('Failed to send request'));
  });
});
