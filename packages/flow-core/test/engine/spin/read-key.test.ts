/** The key of a spin: the same for what a step sees as the same, another one for each thing that it could tell apart. */
import { z } from 'zod';
import { flow } from '../../../src';
import { requireGraph } from '../../../src/definition/flow';
import type { Selection } from '../../../src/engine/inputs/selection';
import { spinKeyDigest } from '../../../src/engine/spin/read-key';
import { MemoryEngine } from '../../kit/memory';

/** What the steps make; what is left out is as it was. */
interface Made {
  rows?: number[];
  left?: number;
  sum?: number;
  end?: number;
}

function declare({ rows = [10, 20], left = 1, sum = 3, end = 5 }: Made = {}) {
  const f = flow('keyed', { params: { n: z.coerce.number().default(1) } });
  const start = f.start(() => ({ rows }));
  const a = f.step('a', { after: start }, () => ({ value: left }));
  const b = f.step('b', { after: start }, () => ({ value: 2 }));
  const both = f.gather('both', { after: { a, b } }, () => ({ sum, rows }));
  const each = f.foreach('each', { after: both, over: 'rows' }, () => ({ twice: 4 }));
  const all = f.join('all', { after: each }, () => ({ tries: 0, again: false }));
  const tune = f.loop('tune', { after: all, while: 'again', max: 3 }, ({ iteration }) => ({
    again: iteration < 1,
  }));
  return f.end({ after: tune }, () => ({ done: end }));
}

let engine: MemoryEngine;
beforeEach(() => {
  engine = new MemoryEngine();
});

const keyOf = async (step: string, selection: Partial<Selection> = {}, user = 'tester') => {
  const found = await spinKeyDigest({
    graph: requireGraph(declare()),
    store: engine.store,
    selection: { step, namespace: 'user:tester', ...selection },
    user,
  });
  return found.digest;
};

test('a new run with equal values has the same keys', async () => {
  await engine.run(declare());
  const steps = ['start', 'a', 'both', 'each', 'all', 'tune', 'end'];
  const before = await Promise.all(steps.map((step) => keyOf(step)));
  await engine.run(declare());
  expect(await Promise.all(steps.map((step) => keyOf(step)))).toEqual(before);
  expect(new Set(before).size).toBe(steps.length);
});

test('the key of a join without inputs changes with what stood before its foreach', async () => {
  const keys: string[] = [];
  for (const sum of [3, 4, 3]) {
    await engine.run(declare({ rows: [], sum }));
    keys.push(await keyOf('all'));
  }
  expect(keys[1]).not.toBe(keys[0]);
  expect(keys[2]).toBe(keys[0]);
});

test.each<[what: string, step: string, made: Made]>([
  ['the value of an input', 'both', { left: 7 }],
  ['the list that is split', 'each', { rows: [10, 21] }],
  ['the count of splits', 'each', { rows: [10, 20, 30] }],
  ['what its outputs are compared with', 'end', { end: 6 }],
])('the key changes with %s', async (_, step, made) => {
  await engine.run(declare());
  const before = await keyOf(step);
  await engine.run(declare(made));
  expect(await keyOf(step)).not.toBe(before);
});

test('the key does not change with what the step does not see', async () => {
  await engine.run(declare());
  const before = await keyOf('b');
  await engine.run(declare({ left: 7, end: 6 }));
  expect(await keyOf('b')).toBe(before);
});

test('the key changes with the parameters, the user and the namespace', async () => {
  await engine.run(declare());
  const before = await keyOf('a');
  expect(await keyOf('a', {}, 'other')).not.toBe(before);
  expect(await keyOf('a', { namespace: undefined })).not.toBe(before);
  await engine.run(declare(), { params: { n: '2' } });
  expect(await keyOf('a')).not.toBe(before);
});

test('each split and each iteration has a key of its own', async () => {
  await engine.run(declare());
  const keys = [
    await keyOf('each', { index: [0] }),
    await keyOf('each', { index: [1] }),
    await keyOf('tune', { iteration: 0 }),
    await keyOf('tune', { iteration: 1 }),
  ];
  expect(new Set(keys).size).toBe(4);
});
