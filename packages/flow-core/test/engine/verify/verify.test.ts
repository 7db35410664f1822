/** What is lost, damaged or referred to and not there is told, each with its place; a whole store has no problem. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FlowError } from '../../../src/definition/errors';
import { flow } from '../../../src/definition/flow';
import { NamedFiles, type WrongFile } from '../../../src/engine/verify/named-files';
import type { StoreProblem } from '../../../src/engine/verify/problem';
import { verifyStore } from '../../../src/engine/verify/verify';
import { FileCas } from '../../../src/store/cas/cas';
import { type RangeQuery, scan } from '../../../src/store/kv/kv';
import { keys } from '../../../src/store/kv/row-keys';
import { memoryStore } from '../../../src/store/open';
import type { Store } from '../../../src/store/store';
import { MemoryEngine } from '../../kit/memory';

const f = flow('films');
const start = f.start(({ log }) => {
  log('started');
  return { ns: [1, 2, 3], big: new Uint8Array(5_000_000) };
});
const each = f.foreach('each', { after: start, over: 'ns' }, ({ input }) => ({ twice: input * 2 }));
const films = f.end(f.join('all', { after: each }, ({ inputs }) => ({ count: inputs.length })));

let store: Store;
/** What the store held before a test altered it. */
let before: [string, Uint8Array][];
beforeAll(async () => {
  store = memoryStore();
  const engine = new MemoryEngine(store);
  const { run } = await engine.run(films);
  await engine.resume(films, run, 'all');
  before = [];
  for await (const entry of scan(store.kv, { gte: '', lt: '\x7f' })) before.push(entry);
});
afterEach(async () => {
  await store.kv.batch(before.map(([key, value]) => ({ key, value })));
  for (const key of added.splice(0)) await remove(key);
  jest.restoreAllMocks();
});

const added: string[] = [];
const remove = (key: string) => store.kv.batch([{ key, value: undefined }]);
async function verified(
  readData = false,
): Promise<{ problems: StoreProblem[]; runs: number; files: number }> {
  const problems: StoreProblem[] = [];
  const looked = await verifyStore(store, { readData, report: (problem) => problems.push(problem) });
  return { ...looked, problems };
}
const told = async () => (await verified()).problems.map(({ where, message }) => `${where}  ${message}`);

test('a whole store, with a run that took tasks over, has no problem', async () => {
  expect(await verified(true)).toEqual({
    ...{ runs: 2, files: 1, problems: [], lost: [] },
    ...{ records: before.length, bytes: expect.any(Number), unused: { files: 0, bytes: 0 } },
  });
});

test.each([
  ['a task', keys.task('films', 1, 'each', 2), 'films/1', 'has 2 of the 3 tasks of films/1/each'],
  ['an artifact', keys.artifact('films', 1, 'each', 2, 'twice'), 'films/1', 'artifacts of films/1/each'],
  ['the row of a run', keys.run('films', 1), 'films/1', 'Its row is lost, and'],
  ['the index of a namespace', keys.inNamespace('films', 'user:tester', 2), 'films/2', 'is never the newest'],
  ['the newest number', keys.counter('films'), 'films/2', 'numbers would be given out again'],
])('%s that is lost', async (_, key, where, message) => {
  expect(await store.kv.get(key)).toBeDefined();
  await remove(key);
  expect((await verified()).problems).toContainEqual({ where, message: expect.stringContaining(message) });
});

test('what a resumed run refers to and another run has lost is told once, with who refers to it', async () => {
  await remove(keys.artifact('films', 1, 'start', 1, 'ns'));
  const refers = (await told()).filter((line) => line.includes('refers to films/1/start/1/ns'));
  expect(refers).toEqual([expect.stringMatching(/^films\/2\/\w+\/\d+ {2}It refers to .* lost: execute/)]);
});

test('what a removed run refers to may be gone with another one; unless a run that is there needs the task', async () => {
  await remove(keys.task('films', 1, 'each', 2));
  const entombed = async (run: number) => {
    await store.commit([{ key: keys.removed('films', run), value: '{"at":1,"by":"tester","left":true}' }]);
    added.push(keys.removed('films', run));
    await remove(keys.run('films', run));
  };
  const refers = async () => (await told()).filter((line) => line.includes('refers to films/1/each/2'));
  await entombed(1);
  expect(await refers()).toHaveLength(1);
  await entombed(2);
  expect(await refers()).toEqual([]);
  const copy = (from: string, key: string, changes: object) => {
    const [, value] = before.find(([one]) => one === from) as [string, Uint8Array];
    added.push(key);
    return { key, value: JSON.stringify({ ...JSON.parse(Buffer.from(value).toString()), ...changes }) };
  };
  await store.commit([
    copy(keys.run('films', 2), keys.run('films', 3), { run: 3, origin: 2, contents: undefined }),
    copy(keys.task('films', 2, 'each', 2), keys.task('films', 3, 'each', 2), { origin: '2/each/2' }),
  ]);
  expect(await refers()).toEqual([expect.stringMatching(/^films\/2\/each\/2 /)]);
});

test('a part that cannot be read is told; what lies elsewhere and belongs to it is no other problem', async () => {
  const torn = [keys.run('films', 1), keys.task('films', 1, 'start', 1)];
  for (const name of ['inspect', 'getMany'] as const) {
    const read = store.kv[name].bind(store.kv) as (query: never) => Promise<unknown[]>;
    jest
      .spyOn(store.kv, name)
      .mockImplementation(
        async (...[query]: [query: RangeQuery] | [keys: readonly string[], how?: object]) => {
          const page = await read(query as never);
          const found = Array.isArray(query) ? query : (page as [string][]).map(([key]) => key);
          if (!found.some((key) => torn.includes(key))) return page as never;
          throw new FlowError('FLOW_STORE_CORRUPT', 'Corruption: bad block', { exit: 1 });
        },
      );
  }
  const part = /^after .*Corruption: bad block: what is recorded there is not seen/;
  expect(await told()).toEqual([expect.stringMatching(part), expect.stringMatching(part)]);
});

test('a record that was damaged, is none of its kind, or is of no kind', async () => {
  const damaged = [keys.log('films', 1, 'start', 1, 0, 0), keys.run('films', 2)];
  const inspect = store.kv.inspect.bind(store.kv);
  jest
    .spyOn(store.kv, 'inspect')
    .mockImplementation(async (query) =>
      (await inspect(query)).map(([key, value]) => [key, damaged.includes(key) ? undefined : value]),
    );
  const get = store.kv.get.bind(store.kv);
  jest.spyOn(store.kv, 'get').mockImplementation(async (key) => {
    if (damaged.includes(key)) throw new Error(`${key} is damaged`);
    return get(key);
  });
  await store.kv.batch([
    { key: keys.code('films', 1), value: 'no JSON' },
    { key: 'films', value: '1' },
    { key: 'task/films/1/each', value: '{}' },
  ]);
  added.push('films', 'task/films/1/each');
  const lines = await told();
  for (const line of [
    'films/2  Its bytes are not those that were written',
    'the output of films/1/start/1  Its bytes are not those that were written',
    'the code of films/1  It is no record of its kind',
    'This nx-flow writes no such record',
  ])
    expect(lines).toContainEqual(expect.stringContaining(line));
  expect(lines.filter((line) => line.includes('no such record'))).toHaveLength(2);
});

describe('files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'nx-flow-test-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('one that is lost, cut off, or has other bytes, which only reading it can tell; and one that nothing names', async () => {
    const cas = new FileCas(folder);
    const hashes = await Promise.all(
      ['whole', 'lost', 'cut', 'other'].map((text) => cas.write(Buffer.from(text))),
    );
    await cas.write(Buffer.from('unused'));
    const files = new NamedFiles(cas);
    const names = ['whole', 'lost', 'cut', 'other'];
    for (const [i, name] of names.entries())
      files.add(`artifact/${name}`, { ...ABOUT, size: name.length, hash: hashes[i] as string });
    const [, lost, cut, other] = hashes.map((hash) => cas.path(hash)) as [string, string, string, string];
    rmSync(lost);
    for (const path of [cut, other]) chmodSync(path, 0o600);
    writeFileSync(cut, 'cu');
    writeFileSync(other, 'rehto');
    const problems = async (readData: boolean) => {
      const found: WrongFile[] = [];
      const looked = await files.verify(readData, (wrong) => found.push(wrong));
      expect(looked).toMatchObject({ files: 4, unused: { files: 1, bytes: 6 } });
      return found.map(({ keys: [key], message }) => `${key}: ${message}`);
    };
    const shown = [
      `artifact/lost: Its file ${lost} is lost.`,
      `artifact/cut: Its file ${cut} has 2 bytes, and should have 3.`,
      `artifact/other: Its file ${other} has other bytes than were written.`,
    ];
    expect(await problems(false)).toEqual(shown.slice(0, 2));
    expect(await problems(true)).toEqual(shown);
  });
});

const ABOUT = { codec: 'json', version: 1, type: 'string', digest: '' };
