/** A file that is not wholly right changes nothing; one that is right makes one run, however often it comes. */
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isFlowError } from '../../../src/definition/errors';
import { flow } from '../../../src/definition/flow';
import { exportToFile, importFromFile } from '../../../src/engine/transfer/file';
import { FileCas } from '../../../src/store/cas/cas';
import type { BatchOptions, Op } from '../../../src/store/kv/kv';
import { MemoryKv } from '../../../src/store/kv/memory';
import { Tally } from '../../../src/store/rows/contents';
import { record } from '../../../src/store/rows/records';
import type { RunRow } from '../../../src/store/rows/rows';
import { Store } from '../../../src/store/store';
import { randomOf } from '../../conformance/shuffled-pool';
import { MemoryEngine } from '../../kit/memory';
import { boundaries, exported, FileStore, imported } from './kit';

const f = flow('carried');
const start = f.start(() => ({ ns: [0, 1, 2], large: Buffer.alloc(50_000, 7) }));
const each = f.foreach('each', { after: start, over: 'ns' }, ({ input, self }) => {
  // Two splits have the same bytes.
  return { n: input, bytes: Buffer.concat([self.large, Buffer.alloc(40_000, input % 2)]) };
});
const all = f.join('all', { after: each }, ({ inputs }) => ({
  sizes: inputs.map(({ bytes }) => bytes.length),
}));
const carried = f.end(all);

const stores: FileStore[] = [];
const place = (kv?: MemoryKv) => {
  const store = new FileStore(kv);
  stores.push(store);
  return store;
};
afterAll(() => {
  for (const store of stores) store.dispose();
});

let origin: FileStore;
let file: Buffer;
beforeAll(async () => {
  origin = place();
  await new MemoryEngine(origin.store).run(carried);
  const log = { stream: 'stdout' as const, at: 1, text: 'what it printed\n' };
  const printed = record.log('carried', 1, { step: 'each', task: 2, attempt: 0, seq: 0 }, log);
  await origin.store.commit([printed, ...record.run(await counted(origin.store, printed))]);
  file = await exported(origin.store, 'carried', 1);
});

/** The run, as it ends when that was printed, too. */
async function counted(store: Store, op: Op): Promise<RunRow> {
  const run = (await store.run('carried', 1)) as RunRow;
  const tally = new Tally();
  tally.addAll([op]);
  const each = { ...run.contents?.each, ...tally.contents.each };
  return { ...run, contents: { ...run.contents, each } };
}

async function refused(target: FileStore, bytes: Uint8Array, piece?: number): Promise<string> {
  const before = await target.whole();
  const error = await imported(target.store, bytes, piece === undefined ? {} : { piece }).then(
    () => undefined,
    (thrown) => thrown,
  );
  expect(isFlowError(error) && error.code).toMatch(/^FLOW_IMPORT_(CORRUPT|FORMAT)$/);
  expect(await target.whole()).toEqual(before);
  return (error as Error).message;
}

test('values are in the file once, and come in any pieces', async () => {
  expect(file.length).toBeLessThan(50_000 + 2 * 90_000 + 10_000);
  for (const piece of [97, 65_536, file.length]) {
    const target = place();
    const { run } = await imported(target.store, file, { piece });
    expect(run).toMatchObject({ run: 1, status: 'done' });
    const engine = new MemoryEngine(target.store);
    const spun = await engine.spin(carried, 'all', { run: 1 });
    expect(spun.artifacts).toMatchObject([
      { name: 'sizes', change: 'same', value: [90_000, 90_000, 90_000] },
    ]);
  }
});

test('a first import makes folders and files of its owner alone; one that is refused leaves nothing', async () => {
  const above = mkdtempSync(join(tmpdir(), 'nx-flow-transfer-'));
  const store = new Store(new MemoryKv(), new FileCas(join(above, 'new', 'store', 'cas')));
  const before = process.umask(0);
  try {
    await expect(imported(store, file.subarray(0, file.length - 1))).rejects.toMatchObject({
      code: 'FLOW_IMPORT_CORRUPT',
    });
    expect(readdirSync(above)).toEqual([]);
    await imported(store, file);
    const names = readdirSync(above, { recursive: true }) as string[];
    expect(names.length).toBeGreaterThan(4);
    expect(names.filter((name) => (statSync(join(above, name)).mode & 0o077) !== 0)).toEqual([]);
  } finally {
    process.umask(before);
    rmSync(above, { recursive: true });
  }
});

test('cut off at any frame, and a byte before and behind, it is refused whole', async () => {
  const target = place();
  await new MemoryEngine(target.store).run(carried);
  for (const at of boundaries(file)) {
    for (const length of [at - 1, at, at + 1]) {
      if (length >= 0 && length < file.length) await refused(target, file.subarray(0, length), 65_536);
    }
  }
  expect(await refused(target, file.subarray(0, file.length - 1))).toBe(
    'the file cannot be imported: it is cut off. Nothing was changed.',
  );
});

test('altered in any place it is refused whole, and so is a file with something behind it', async () => {
  const target = place();
  const random = randomOf(20_261_123);
  const heads = boundaries(file).flatMap((at) => [0, 1, 2, 3, 4].map((n) => at + n));
  const others = Array.from({ length: 300 }, () => Math.floor(random() * file.length));
  for (const at of [...heads, ...others].filter((n) => n < file.length)) {
    const altered = Buffer.from(file);
    altered[at] = (altered[at] as number) ^ (1 << Math.floor(random() * 8));
    await refused(target, altered, 65_536);
  }
  expect(await refused(target, Buffer.concat([file, Buffer.of(0)]))).toContain('something follows its end');
  // Frames that are right each, but not all of them, or one twice.
  const [, , , first, second, third] = boundaries(file) as [number, number, number, number, number, number];
  await refused(target, Buffer.concat([file.subarray(0, second), file.subarray(third)]));
  await refused(
    target,
    Buffer.concat([file.subarray(0, first), file.subarray(second, third), file.subarray(first)]),
  );
});

test('a newer format is told from a broken file', async () => {
  const newer = Buffer.from(file);
  newer.writeUInt16LE(4, 8);
  expect(await refused(place(), newer)).toContain('its version is garbled');
  newer.writeUInt16LE(~4 & 0xffff, 10);
  expect(await refused(place(), newer)).toBe(
    'the file has format 4, and this nx-flow reads format 2 and 3: import it with the version that wrote it, or a newer one.',
  );
  expect(await refused(place(), Buffer.from('{}\n'))).toContain('no file that nx-flow export wrote');
  expect(await refused(place(), Buffer.alloc(0))).toContain('no file that nx-flow export wrote');
});

test('imported again it is the same run; in another namespace it is another', async () => {
  const target = place();
  expect(await imported(target.store, file)).toMatchObject({ known: false, run: { run: 1 } });
  const before = await target.whole();
  expect(await imported(target.store, file)).toMatchObject({ known: true, run: { run: 1 } });
  expect(await target.whole()).toEqual(before);
  const bare = await exported(origin.store, 'carried', 1, false);
  expect(bare.length).toBeLessThan(file.length);
  expect(await imported(target.store, bare)).toMatchObject({ known: true, run: { run: 1 } });
  expect(await imported(target.store, file, { namespace: 'ci' })).toMatchObject({
    known: false,
    run: { run: 2, namespace: 'ci', imported: { namespace: 'user:tester' } },
  });
  expect((await target.store.latest('carried', 'ci'))?.run).toBe(2);
  // A broken file is one even where its run is here.
  await refused(target, file.subarray(0, file.length - 40));
});

test('a run that comes home is the one that is there', async () => {
  const before = await origin.whole();
  expect(await imported(origin.store, file)).toMatchObject({ known: true, run: { run: 1 } });
  expect(await origin.whole()).toEqual(before);
});

test('two imports at once are one', async () => {
  const target = place();
  const both = await Promise.all([imported(target.store, file), imported(target.store, file)]);
  expect(both.map(({ run }) => run.run)).toEqual([1, 1]);
  expect(both.map(({ known }) => known).sort()).toEqual([false, true]);
  const runs: RunRow[] = [];
  for await (const run of target.store.runs('carried')) runs.push(run);
  expect(runs).toHaveLength(1);
  expect((await exported(target.store, 'carried', 1)).equals(file)).toBe(true);
});

/** Fails at one of its writes, as a machine that stops. */
class FailingKv extends MemoryKv {
  left = Number.POSITIVE_INFINITY;

  override async batch(ops: readonly Op[], options?: BatchOptions) {
    if (--this.left < 0) throw new Error('stopped');
    await super.batch(ops, options);
  }
}

test('stopped before any of its writes, no run is visible, and the next import makes it anew', async () => {
  for (let writes = 0; ; writes++) {
    const kv = new FailingKv();
    const target = place(kv);
    kv.left = writes;
    const done = await imported(target.store, file).then(
      () => true,
      () => false,
    );
    kv.left = Number.POSITIVE_INFINITY;
    if (done) {
      expect(writes).toBeGreaterThan(2);
      break;
    }
    expect(await target.store.latest('carried', 'user:tester')).toBeUndefined();
    expect(await target.store.run('carried', 1)).toBeUndefined();
    // What the first one wrote is removed, and its number is not used again.
    const { known, run } = await imported(target.store, file);
    expect([known, run.run]).toEqual([false, (await target.store.removed('carried', 1)) ? 2 : 1]);
    expect((await exported(target.store, 'carried', run.run)).equals(file)).toBe(true);
    const leftOfFirst = run.run === 1 ? [] : await keysOfRun(kv, 1);
    expect(leftOfFirst).toEqual([]);
  }
});

async function keysOfRun(kv: MemoryKv, run: number): Promise<string[]> {
  const entries = await kv.range({ gte: '', lt: '\x7f', limit: 1000 });
  const of = `/carried/${String(run).padStart(10, '0')}`;
  return entries.map(([key]) => key).filter((key) => key.includes(of) && !key.startsWith('removed/'));
}

test('what the exporting store has lost or altered is an error, and leaves no file', async () => {
  const target = place();
  const { store } = place();
  await new MemoryEngine(store).run(carried);
  const run = (await store.run('carried', 1)) as RunRow;
  const out = join(target.folder, 'out.nxflow');
  writeFileSync(out, 'what was there');
  const [artifact] = await store.artifacts([
    { flow: 'carried', run: 1, step: 'start', task: 1, name: 'large' },
  ]);
  const value = store.cas.path?.(artifact?.hash as string) as string;
  const bytes = readFileSync(value);
  chmodSync(value, 0o600);
  writeFileSync(value, Buffer.concat([bytes.subarray(1), Buffer.of(0)]));
  await expect(exportToFile(out, { store, run })).rejects.toMatchObject({ code: 'FLOW_STORE_CORRUPT' });
  rmSync(value);
  await expect(exportToFile(out, { store, run })).rejects.toMatchObject({ code: 'FLOW_STORE_CORRUPT' });
  expect(await target.whole()).toEqual({ 'out.nxflow': 'file' });
  expect(readFileSync(out, 'utf8')).toBe('what was there');
});

test('a run that goes on is not exported; one that was killed is, as failed', async () => {
  const target = place();
  const running = { ...(await origin.store.run('carried', 1)), status: 'running' } as RunRow;
  const out = join(target.folder, 'out.nxflow');
  await expect(exportToFile(out, { store: origin.store, run: running })).rejects.toMatchObject({
    code: 'FLOW_RUN_GOES_ON',
  });
  await exportToFile(out, { store: origin.store, run: { ...running, status: 'killed' } });
  const { run } = await importFromFile(out, {
    store: target.store,
    name: 'out',
    namespace: 'ci',
    user: 'importer',
  });
  expect(run).toMatchObject({ status: 'failed', error: { code: 'FLOW_RUN_KILLED' } });
});

test('an import that is interrupted leaves nothing', async () => {
  const target = place();
  const out = join(origin.folder, 'out.nxflow');
  await exportToFile(out, { store: origin.store, run: (await origin.store.run('carried', 1)) as RunRow });
  const stop = new AbortController();
  const progress = (read: number) => void (read > 100_000 && stop.abort());
  const options = { store: target.store, name: 'out', namespace: 'ci', user: 'importer', progress };
  await expect(importFromFile(out, { ...options, signal: stop.signal })).rejects.toMatchObject({
    code: 'FLOW_INTERRUPTED',
  });
  expect(await target.whole()).toEqual({});
});
