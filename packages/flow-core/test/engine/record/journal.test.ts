/** What a task stores reaches the store in pieces that it takes, the row that says so at the end. */
import { randomBytes } from 'node:crypto';
import { table } from '../../../src/cli/render/table';
import { flow } from '../../../src/definition/flow';
import { Journal } from '../../../src/engine/record/journal';
import { MemoryCas } from '../../../src/store/cas/memory-cas';
import type { BatchOptions, Op } from '../../../src/store/kv/kv';
import { MemoryKv } from '../../../src/store/kv/memory';
import { openStore } from '../../../src/store/open';
import { Store } from '../../../src/store/store';
import { MemoryEngine } from '../../kit/memory';
import { temporaryPlace } from '../../store/helpers/place';

class CountingKv extends MemoryKv {
  readonly batches: { ops: number; bytes: number; last: string }[] = [];

  override async batch(ops: readonly Op[], options?: BatchOptions): Promise<void> {
    const bytes = ops.reduce((sum, { value }) => sum + (value?.length ?? 0), 0);
    this.batches.push({ ops: ops.length, bytes, last: ops.at(-1)?.key as string });
    return super.batch(ops, options);
  }
}

const MB = 1024 * 1024;

test.each([
  ['large', 300, 64 * 1024],
  ['many', 10_000, 1],
])(
  'a call with %s values goes in several batches, its last operation in the last',
  async (_, count, size) => {
    const kv = new CountingKv();
    const journal = new Journal(new Store(kv, new MemoryCas()), 'fence');
    const values = Array.from(
      { length: count },
      (_, i): Op => ({ key: `artifact/f/1/s/1/${i}`, value: 'x'.repeat(size) }),
    );
    journal.addAll([...values, { key: 'task/f/1/s/1', value: 'row' }]);
    journal.add({ key: 'task/f/1/s/2', value: 'row' });
    await journal.flush();
    expect(kv.batches.length).toBeGreaterThan(2);
    expect(Math.max(...kv.batches.map(({ bytes }) => bytes))).toBeLessThanOrEqual(8 * MB);
    expect(Math.max(...kv.batches.map(({ ops }) => ops))).toBeLessThanOrEqual(4096);
    expect(kv.batches.at(-1)?.last).toBe('task/f/1/s/2');
    expect(journal.contents.s?.artifact?.[0]).toBe(count);
  },
);

test('where much comes, what follows a batch gathers, unless somebody waits for it', async () => {
  const kv = new CountingKv();
  const journal = new Journal(new Store(kv, new MemoryCas()), 'fence');
  const row = (i: number) => ({ key: `task/f/1/s/${i}`, value: 'row' });
  journal.addAll([row(0)]);
  for (let i = 1; i < 20; i++) journal.add(row(i));
  await journal.settled();
  // Its time does not pass, however slow the machine is.
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
  try {
    journal.addAll([row(20)]);
    for (let i = 21; i < 40; i++) journal.add(row(i));
    await journal.settled();
    for (let i = 40; i < 60; i++) {
      journal.add(row(i));
      await new Promise(setImmediate);
    }
  } finally {
    jest.useRealTimers();
  }
  expect(kv.batches.map(({ ops }) => ops)).toEqual([20, 20]);
  await journal.settled();
  expect(kv.batches.map(({ ops }) => ops)).toEqual([20, 20, 20]);
  journal.add(row(60));
  await journal.flush();
  expect(kv.batches.at(-1)?.last).toBe('task/f/1/s/60');
});

test('no more tasks are begun while much waits to be written', async () => {
  const kv = new CountingKv();
  const journal = new Journal(new Store(kv, new MemoryCas()), 'fence');
  for (let i = 0; i < 10; i++) journal.add({ key: `artifact/f/1/s/${i}/a`, value: 'x'.repeat(7 * MB) });
  await journal.room();
  expect(kv.batches.length).toBeGreaterThan(4);
  await journal.flush();
});

test('a task with more small artifacts than a frame of the broker holds is stored, and read', async () => {
  const place = temporaryPlace();
  const store = openStore(place.folder);
  try {
    const f = flow('much');
    const start = f.start(() =>
      Object.fromEntries(Array.from({ length: 2200 }, (_, i) => [`a${i}`, randomBytes(31_000)])),
    );
    // biome-ignore lint/suspicious/noExplicitAny: names that are made
    const read = f.step('read', { after: start }, ({ self }: any) => ({
      bytes: self.a0.length + self.a2199.length,
    }));
    const engine = new MemoryEngine(store);
    const ran = await engine.run(f.end(read));
    expect(ran.row).toMatchObject({ status: 'done' });
    expect(ran.tasks.map(({ stored }) => stored.length).sort((a, b) => a - b)).toEqual([0, 1, 2200]);
    expect(await engine.after(ran, 'read')).toMatchObject({ bytes: 62_000 });
  } finally {
    await store.close();
    await place.dispose();
  }
});

test('a task with more artifacts than a call takes arguments is stored, and shown in a table', async () => {
  const engine = new MemoryEngine();
  const count = 130_000;
  const f = flow('many');
  const start = f.start(() => Object.fromEntries(Array.from({ length: count }, (_, i) => [`a${i}`, i])));
  const ran = await engine.run(f.end(start));
  expect(ran.row.error).toBeUndefined();
  expect(ran.tasks.find(({ step }) => step === 'start')?.stored).toHaveLength(count);
  const rows = Array.from({ length: count }, (_, i) => [`a${i}`]);
  expect(table([{ head: 'Name' }], rows, 80, (text) => text)).toContain('a129999');
});
