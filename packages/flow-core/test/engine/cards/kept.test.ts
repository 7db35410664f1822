/** Cards through what a store goes through: exports, removals, repairs. */
import { flow } from '../../../src/definition/flow';
import { removeRuns } from '../../../src/engine/housekeeping/remove';
import { usageOfRuns } from '../../../src/engine/housekeeping/usage';
import { cardsOfRun } from '../../../src/engine/record/read-cards';
import { exportRun } from '../../../src/engine/transfer/export';
import { importRun } from '../../../src/engine/transfer/import';
import { verifyStore } from '../../../src/engine/verify/verify';
import { scan } from '../../../src/store/kv/kv';
import { keys, prefixRange } from '../../../src/store/kv/row-keys';
import { memoryStore } from '../../../src/store/open';
import type { RunRow } from '../../../src/store/rows/rows';
import { Store } from '../../../src/store/store';
import { MemoryEngine } from '../../kit/memory';

function shown() {
  let fails = true;
  const f = flow('kept');
  const start = f.start(({ card }) => {
    card.add('the start');
    return { a: 1 };
  });
  const next = f.step('next', { after: start }, ({ card }) => {
    card.title = 'Next';
    card.add('the next');
    if (fails) throw new Error('not yet');
    return {};
  });
  const mend = () => {
    fails = false;
  };
  return { defined: f.end(next), mend };
}

async function htmlOf(store: Store, row: RunRow): Promise<string[]> {
  const found: string[] = [];
  for await (const { step, html } of cardsOfRun(store, row)) found.push(`${step} ${html}`);
  return found.sort();
}

async function exported(store: Store, run: RunRow): Promise<Buffer> {
  const pieces: Buffer[] = [];
  await exportRun({ store, run, sink: { write: async (bytes) => void pieces.push(Buffer.from(bytes)) } });
  return Buffer.concat(pieces);
}

const imported = (store: Store, file: Uint8Array) =>
  importRun({
    store,
    source: (async function* () {
      yield file;
    })(),
    ...{ name: 'x.nxflow', namespace: 'user:other', user: 'other' },
  });

async function problems(store: Store): Promise<string[]> {
  const found: string[] = [];
  await verifyStore(store, {
    readData: true,
    report: ({ where, message }) => found.push(`${where}: ${message}`),
  });
  return found;
}

async function keysOf(store: Store, prefix: string): Promise<string[]> {
  const found: string[] = [];
  for await (const [key] of scan(store.kv, prefixRange(prefix))) found.push(key);
  return found;
}

test('an export takes them along, those of tasks that were taken over too, and equal runs give equal files', async () => {
  const { defined, mend } = shown();
  const engine = new MemoryEngine();
  await engine.run(defined);
  mend();
  const { row } = await engine.resume(defined, 1);
  const file = await exported(engine.store, row);
  const other = memoryStore();
  const { run, known } = await imported(other, file);
  expect(known).toBe(false);
  expect(await htmlOf(other, run)).toEqual(await htmlOf(engine.store, row));
  expect(await htmlOf(other, run)).toHaveLength(2);
  expect(await problems(other)).toEqual([]);
  expect((await exported(other, run)).equals(file)).toBe(true);
  // What it lost comes back from the file.
  const [key = ''] = await keysOf(other, 'card/');
  await other.commit([{ key, value: undefined }]);
  expect(await problems(other)).toHaveLength(1);
  expect((await imported(other, file)).mended).toEqual({ records: 1, values: 0 });
  expect(await problems(other)).toEqual([]);
});

test('a run without cards is written as before; a card that nobody can have written is refused', async () => {
  const f = flow('plain');
  const engine = new MemoryEngine();
  const plain = await engine.run(f.end(f.start(() => ({ a: 1 }))));
  expect((await exported(engine.store, plain.row)).readUInt16LE(8)).toBe(2);
  const { row } = await engine.run(shown().defined);
  const file = await exported(engine.store, row);
  expect(file.readUInt16LE(8)).toBe(3);
  const bad = Buffer.from(file.toString('latin1').replace('"id":"default"', '"id":"../../x"'), 'latin1');
  await expect(imported(memoryStore(), bad)).rejects.toMatchObject({ code: 'FLOW_IMPORT_CORRUPT' });
});

test('they go with their run, but for those of tasks that another one took over', async () => {
  const { defined, mend } = shown();
  const engine = new MemoryEngine();
  const { store } = engine;
  const first = await engine.run(defined);
  mend();
  const second = await engine.resume(defined, 1);
  const before = await htmlOf(store, second.row);
  expect((await usageOfRuns(store)).get('kept/1')?.records).toBeGreaterThan(3_000);
  // Another one than the one that read them.
  const remover = () => new Store(store.kv, store.cas);
  await removeRuns(remover(), [first.row], { by: 'tester', at: 1 });
  expect(await htmlOf(store, second.row)).toEqual(before);
  expect(await keysOf(store, keys.cards('kept', 1))).toEqual([expect.stringContaining('/start/')]);
  await removeRuns(remover(), [second.row], { by: 'tester', at: 1 });
  expect(await keysOf(store, 'card/')).toEqual([]);
});
