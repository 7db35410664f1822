/** An ended run's row says what became of its tasks, as reading all of them would. */
import { flow } from '../../../src/definition/flow';
import {
  addRow,
  noTasks,
  packSummary,
  type StepSummary,
  unpackSummary,
} from '../../../src/engine/record/step-summaries';
import { MemoryEngine, type Ran } from '../../kit/memory';

const engine = new MemoryEngine();

function recorded({ row }: Ran): Record<string, StepSummary> {
  return Object.fromEntries(
    Object.entries(row.summaries ?? {}).map(([step, packed]) => [step, unpackSummary(packed)]),
  );
}

function readAll({ tasks }: Ran): Record<string, StepSummary> {
  const all: Record<string, StepSummary> = {};
  for (const row of tasks) {
    all[row.step] ??= noTasks();
    addRow(all[row.step] as StepSummary, row);
  }
  return Object.fromEntries(
    Object.entries(all).map(([step, summary]) => [step, unpackSummary(packSummary(summary))]),
  );
}

const f = flow('summed');
const start = f.start(() => ({ items: [0, 1, 2, 3, 4, 5, 6] }));
let tries = 0;
const flaky = f.step('flaky', { after: start, retry: 3 }, () => {
  if (++tries % 3 !== 0) throw new Error('not yet');
  return {};
});
const each = f.foreach('each', { after: flaky, over: 'items', catch: 'why' }, ({ input }) => {
  if (input % 2 === 1) throw new Error(`odd ${input}`);
  return { half: input / 2 };
});
const last = f.foreach(
  'last',
  { after: f.join('all', { after: each }, () => ({ items: [0, 1] })), over: 'items' },
  ({ input }) => {
    if (input === 1) throw new Error('the last one');
    return {};
  },
);
const summed = f.end(f.join('none', { after: last }, () => ({})));

test('caught, failed, tried again, and taken over', async () => {
  const ran = await engine.run(summed);
  expect(recorded(ran)).toEqual(readAll(ran));
  expect(recorded(ran)).toMatchObject({
    flaky: { done: 1, failed: 0, caught: 0, first: 2 },
    each: { done: 7, caught: 3, failures: [expect.any(Number), expect.any(Number), expect.any(Number)] },
    last: { done: 1, failed: 1 },
  });
  const resumed = await engine.resume(summed, ran.run);
  expect(recorded(resumed)).toEqual(readAll(resumed));
});

test('of many failures the first ones are named', () => {
  const summary = noTasks();
  const row = { step: 'a', status: 'failed', error: { name: 'Error', message: '' }, durationMs: 1 } as never;
  for (const task of [9, 4, 7, 2, 8]) addRow(summary, { ...(row as object), task } as never);
  expect(summary).toMatchObject({ failed: 5, totalMs: 5, first: 2, failures: [2, 4, 7] });
});
