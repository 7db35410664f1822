/** An import that takes long, fails late or is killed: what it stored stays while it goes on, and goes afterwards. */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { flow } from '../../../src/definition/flow';
import { removeRuns } from '../../../src/engine/housekeeping/remove';
import { importRun } from '../../../src/engine/transfer/import';
import { rebuild } from '../../../src/engine/verify/rebuild';
import { verifyStore } from '../../../src/engine/verify/verify';
import { beginImport, leaveImport, removeDeadImports } from '../../../src/store/imports';
import type { BatchOptions, Op } from '../../../src/store/kv/kv';
import { MemoryKv } from '../../../src/store/kv/memory';
import { record } from '../../../src/store/rows/records';
import type { Store } from '../../../src/store/store';
import { MemoryEngine } from '../../kit/memory';
import { exported, FileStore, imported } from './kit';

const f = flow('carried');
const start = f.start(() => ({ one: Buffer.alloc(50_000, 1), two: Buffer.alloc(50_000, 2) }));
const carried = f.end(start);

/** Calls back before each batch that writes the record of a kind. */
class WatchedKv extends MemoryKv {
  readonly #kind: string;
  readonly #before: () => Promise<void>;

  constructor(kind: string, before: () => Promise<void>) {
    super();
    this.#kind = kind;
    this.#before = before;
  }

  override async batch(ops: readonly Op[], options?: BatchOptions): Promise<void> {
    if (ops.some(({ key, value }) => value !== undefined && key.startsWith(`${this.#kind}/`)))
      await this.#before();
    return super.batch(ops, options);
  }
}

const stores: FileStore[] = [];
const place = (kv?: MemoryKv) => {
  const one = new FileStore(kv);
  stores.push(one);
  return one;
};
afterAll(() => {
  for (const one of stores) one.dispose();
});

let file: Buffer;
beforeAll(async () => {
  const origin = place();
  await new MemoryEngine(origin.store).run(carried);
  file = await exported(origin.store, 'carried', 1);
});

const filesOf = ({ folder }: FileStore) =>
  (readdirSync(join(folder, 'cas'), { recursive: true }) as string[])
    .filter((name) => /[0-9a-f]{64}$/.test(name))
    .map((name) => join(folder, 'cas', name));
const collect = (store: Store) => removeRuns(store, [], { by: 'tester', at: 0, all: true });
async function problems({ kv, cas }: Store): Promise<string[]> {
  const found: string[] = [];
  await verifyStore(
    { kv, cas },
    { readData: true, report: ({ where, message }) => found.push(`${where}: ${message}`) },
  );
  return found;
}
async function keysOf(target: FileStore): Promise<string[]> {
  return (await target.kv.range({ gte: '', lt: '\x7f', limit: 1000 })).map(([key]) => key);
}
const error = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    ({ code, message }) => ({ code, message }),
  );

test.each(['artifact', 'run'])('a pause of hours before the record of its %s costs nothing', async (kind) => {
  const target: FileStore = place(
    new WatchedKv(kind, async () => {
      const clock = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 3 * 60 * 60 * 1000);
      await collect(target.store);
      clock.mockRestore();
      expect(filesOf(target)).toHaveLength(2);
      expect(await problems(target.store)).toEqual([]);
    }),
  );
  const { run } = await imported(target.store, file);
  expect(run).toMatchObject({ run: 1, status: 'done' });
  expect(await problems(target.store)).toEqual([]);
  expect((await keysOf(target)).filter((key) => key.startsWith('importing/'))).toEqual([]);
  const spun = await new MemoryEngine(target.store).spin(carried, 'start', { run: 1 });
  expect(spun.artifacts.map(({ change }) => change)).toEqual(['same', 'same']);
});

test('an import whose values are gone all the same fails, and leaves no record', async () => {
  const target: FileStore = place(
    new WatchedKv('artifact', async () => {
      for (const path of filesOf(target)) rmSync(path);
    }),
  );
  expect(await error(imported(target.store, file))).toMatchObject({
    code: 'FLOW_STORE_CORRUPT',
    message: expect.stringMatching(
      /^The store has lost the value [0-9a-f]{64} while the run was imported\. Nothing was changed: import the file again\.$/,
    ),
  });
  expect(await keysOf(target)).toEqual(['counter/carried', 'removed/carried/0000000001']);
  expect(await problems(target.store)).toEqual([]);
  expect(await error(target.store.run('carried', 1))).toBeUndefined();
});

test('what a killed import wrote is no lost run, and goes with the next import', async () => {
  const target = place();
  const { store } = target;
  const underWay = await beginImport(store, { flow: 'carried', nonce: 'import/x/user:mia', by: 'mia' });
  const log = { stream: 'stdout' as const, at: 1, text: 'told' };
  await store.commit(
    [record.log('carried', underWay.run, { step: 'start', task: 1, attempt: 0, seq: 0 }, log)],
    underWay.fence,
  );
  // Its process lives: nobody removes anything.
  await collect(store);
  expect(await problems(store)).toEqual([]);
  expect((await keysOf(target)).filter((key) => key.startsWith('log/'))).toHaveLength(1);

  leaveImport(store, underWay);
  expect(await problems(store)).toEqual([]);
  const { run } = await imported(store, file);
  expect(run.run).toBe(2);
  expect((await keysOf(target)).filter((key) => key.includes('/carried/0000000001'))).toEqual([
    'removed/carried/0000000001',
  ]);
  expect(await store.removed('carried', 1)).toMatchObject({ by: 'mia', import: true });
  expect(await problems(store)).toEqual([]);
});

test('two that remove a killed import at once leave the next one alone', async () => {
  const { store } = place();
  const given = { flow: 'carried', nonce: 'import/x/user:mia', by: 'mia' };
  const underWay = await beginImport(store, given);
  leaveImport(store, underWay);
  const marks = await store.kv.range({ gte: 'importing/', lt: 'importing0', limit: 1 });
  await removeDeadImports(store);
  const next = await beginImport(store, given);
  // As one that read the marks before.
  await store.commit(marks.map(([key, value]) => ({ key, value })));
  await removeDeadImports(store);
  expect([next.run, await store.claimRun('carried', given.nonce)]).toEqual([2, 2]);
});

test('a repair keeps the mark of an import that did not end, and takes no run for lost', async () => {
  const { store, kv } = place();
  const underWay = await beginImport(store, { flow: 'carried', nonce: 'import/x/user:mia', by: 'mia' });
  const log = { stream: 'stdout' as const, at: 1, text: 'told' };
  const at = { step: 'start', task: 1, attempt: 0, seq: 0 };
  await store.commit([record.log('carried', underWay.run, at, log)], underWay.fence);
  await imported(store, file);
  const to = new MemoryKv();
  const all = await kv.range({ gte: '', lt: '\x7f', limit: 1000 });
  const salvaged = all.map(([key, value]) => ({ key, value, isOlder: false }));
  const options = { cas: store.cas, numbers: new Map(), readData: false, incomplete: false, at: 1 };
  const { lost, files } = await rebuild(salvaged, to, options);
  expect([[...lost], files]).toEqual([[], []]);
  const kept = await to.range({ gte: '', lt: '\x7f', limit: 1000 });
  expect(kept.map(([key]) => key)).toEqual(all.map(([key]) => key));
});

test('gc removes what a killed import wrote, too', async () => {
  const target = place();
  const { store } = target;
  const underWay = await beginImport(store, { flow: 'carried', nonce: 'import/x/user:mia', by: 'mia' });
  await store.commit(record.code('carried', 1, { format: 1 } as never), underWay.fence);
  leaveImport(store, underWay);
  await collect(store);
  expect(await keysOf(target)).toEqual(['counter/carried', 'removed/carried/0000000001']);
});

test('a paused import that was taken for dead writes nothing more, and says so', async () => {
  class Taken extends MemoryKv {
    override async batch(ops: readonly Op[], options: BatchOptions = {}): Promise<void> {
      // As the broker has it, when the import's process gave no sign of life.
      if (ops.some(({ key }) => key.startsWith('artifact/')))
        await super.batch([{ key: options.fence as string, value: '' }]);
      return super.batch(ops, options);
    }
  }
  const target = place(new Taken());
  const source = (async function* () {
    yield file;
  })();
  const options = { store: target.store, source, name: 'x', namespace: 'user:mia', user: 'mia' };
  expect(await error(importRun(options))).toEqual({
    code: 'FLOW_RUN_TAKEN',
    message:
      "The import counts as ended, and what it had written was removed: its process had given no sign of life when the store's broker was started again. Import the file again.",
  });
});
