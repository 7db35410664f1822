/** A run that has ended knows how many records it has: one that is lost is never skipped. */
import fc from 'fast-check';
import { z } from 'zod';
import { flow } from '../../../src/definition/flow';
import { recordedParams } from '../../../src/engine/record/read';
import { scan } from '../../../src/store/kv/kv';
import { memoryStore } from '../../../src/store/open';
import { isWhole, Tally } from '../../../src/store/rows/contents';
import type { Store } from '../../../src/store/store';
import { MemoryEngine } from '../../kit/memory';

const f = flow('counted', { params: { n: z.number().default(3), word: z.string().default('a') } });
const start = f.start(({ log, params }) => {
  log('started');
  return { ns: Array.from({ length: params.n }, (_, i) => i) };
});
const each = f.foreach('each', { after: start, over: 'ns' }, ({ input, log }) => {
  log(`at ${input}`);
  return { twice: input * 2 };
});
const counted = f.end(f.join('all', { after: each }, ({ inputs }) => ({ sum: inputs.length })));

let store: Store;
let keys: string[];
beforeAll(async () => {
  store = memoryStore();
  await new MemoryEngine(store).run(counted);
  keys = [];
  for await (const [key] of scan(store.kv, { gte: '', lt: '\x7f' }))
    if (/^(task|artifact|log)\//.test(key)) keys.push(key);
});

async function drain(items: AsyncIterable<unknown>): Promise<number> {
  let n = 0;
  for await (const _ of items) n++;
  return n;
}

/** Reads all that a run has, in each way in which commands do. */
async function readAll(): Promise<void> {
  await drain(store.tasks('counted', 1));
  for (const step of ['start', 'each', 'all', 'end']) await drain(store.tasks('counted', 1, step));
  await drain(store.logs('counted', 1));
  await recordedParams(store, 'counted', 1, await store.paramNames('counted', 1));
}

test('what was recorded is read', async () => {
  await readAll();
  expect((await store.run('counted', 1))?.contents).toMatchObject({
    start: { task: [1, expect.any(Number)], artifact: [1, expect.any(Number)], log: [1, expect.any(Number)] },
    each: { task: [3, expect.any(Number)], artifact: [3, expect.any(Number)] },
    params: { artifact: [2, expect.any(Number)] },
  });
});

test('each row of a task, of output, of a parameter that is lost or altered is an error of whoever reads them all', async () => {
  const read = keys.filter((key) => !key.startsWith('artifact/') || key.includes('/params/'));
  expect(read.length).toBeGreaterThan(9);
  for (const key of read) {
    const value = (await store.kv.get(key)) as Uint8Array;
    await store.kv.batch([{ key, value: undefined }]);
    await expect(readAll()).rejects.toMatchObject({
      code: 'FLOW_STORE_CORRUPT',
      exit: 1,
      message: expect.stringMatching(/^The store is damaged: it has \d of the \d .* of counted\/1\/\w+\./),
    });
    const other = Buffer.from(value.map((byte) => (byte === 49 ? 50 : byte)));
    if (!other.equals(value)) {
      await store.kv.batch([{ key, value: other }]);
      await expect(readAll()).rejects.toMatchObject({ code: 'FLOW_STORE_CORRUPT' });
    }
    await store.kv.batch([{ key, value }]);
  }
  await readAll();
});

test('records are the same in any order, and under the number of any run', () => {
  const rows = fc.array(fc.tuple(fc.constantFrom('task', 'artifact', 'log'), fc.nat(20), fc.string()), {
    minLength: 1,
    maxLength: 30,
  });
  fc.assert(
    fc.property(rows, fc.nat(), (some, seed) => {
      const [one, other, less] = [new Tally(), new Tally(), new Tally()];
      const key = (run: number, [kind, n]: (typeof some)[number], i: number) =>
        `${kind}/flow/${run}/s${n % 3}/${n}/${i}`;
      some.forEach((row, i) => {
        one.add(key(1, row, i), row[2]);
        if (i !== seed % some.length) less.add(key(1, row, i), row[2]);
      });
      for (const [i, row] of [...some.entries()].reverse()) other.add(key(2, row, i), row[2]);
      expect(other.contents).toEqual(one.contents);
      const kinds = ['task', 'artifact', 'log'] as const;
      expect(kinds.every((kind) => isWhole(kind, one.contents, other))).toBe(true);
      expect(kinds.every((kind) => isWhole(kind, one.contents, less))).toBe(false);
    }),
  );
});

test('a step of any name is counted in its own place', () => {
  const tally = new Tally();
  for (const step of ['__proto__', 'constructor', 'toString'])
    tally.add(`task/f/0000000001/${step}/0000000001`, 'row');
  expect(Object.keys(tally.contents)).toEqual(['__proto__', 'constructor', 'toString']);
  expect(Object.hasOwn(Object.prototype, 'task')).toBe(false);
});
