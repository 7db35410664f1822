/** A parameter that changes between a run and the one that resumes it: what read it is executed again, nothing else. */
import { z } from 'zod';
import { flow } from '../../../src';
import { record } from '../../../src/store/rows/records';
import { labelOf, MemoryEngine, type Ran, rowOf, uncounted } from '../../kit/memory';

const executed = ({ tasks }: Ran) =>
  tasks.filter(({ origin }) => origin === undefined).map(({ step }) => step);

function declare(caught = false) {
  const f = flow('resumeparams', {
    params: { k: z.coerce.number().default(1), other: z.string().default('') },
  });
  const start = f.start(() => ({ rows: [1, 2] }));
  const plain = f.step('plain', { after: start }, ({ self }) => ({ size: self.rows.length }));
  const reads = f.step(
    'reads',
    { after: plain, ...(caught ? { catch: 'failure' } : {}) },
    ({ self, params }) => {
      if (params.k === 1 && caught) throw new Error('not with 1');
      return { product: self.size * params.k };
    },
  );
  return f.end(reads);
}

test('tasks that read no parameter are taken over, and what each read is recorded, nothing too', async () => {
  const e = new MemoryEngine();
  const first = await e.run(declare());
  expect(['start', 'plain', 'reads', 'end'].map((step) => rowOf(first, step).reads)).toEqual([
    {},
    { names: [['rows', expect.any(String)]] },
    { names: [['size', expect.any(String)]], params: ['k'] },
    {},
  ]);
  const second = await e.resume(declare(), 1, undefined, { params: { k: 5 } });
  expect(executed(second)).toEqual(['end', 'reads']);
  expect(await e.after(second, 'end')).toMatchObject({ product: 10 });
  // What was taken over still says what it read: the next one takes it over, too.
  const third = await e.resume(declare(), 2, undefined, { params: { other: 'x' } });
  expect(executed(third)).toEqual([]);
});

test('a caught task may have read any parameter before it threw: it is executed again', async () => {
  const e = new MemoryEngine();
  const first = await e.run(declare(true));
  expect(rowOf(first, 'reads')).toMatchObject({ status: 'done', error: { message: 'not with 1' } });
  expect(rowOf(first, 'reads')).not.toHaveProperty('reads');
  const second = await e.resume(declare(true), 1, undefined, { params: { k: 5 } });
  expect(executed(second)).toEqual(['end', 'reads']);
  expect(rowOf(second, 'reads')).not.toHaveProperty('error');
});

test('a row that does not say what was read may have read any parameter', async () => {
  const e = new MemoryEngine();
  const first = await e.run(declare());
  const { reads: _, ...unknown } = rowOf(first, 'plain');
  await uncounted(e.store, first);
  await e.store.kv.batch([record.task(first.flow, first.run, unknown)]);
  const second = await e.resume(declare(), 1, undefined, { params: { k: 5 } });
  expect(executed(second)).toEqual(['end', 'plain', 'reads']);
  expect(labelOf(rowOf(second, 'start'))).toBe('start/1');
});
