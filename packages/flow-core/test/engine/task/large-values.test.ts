/** What a join reads and lets go makes room, and what it holds stays one object. */
import { flow } from '../../../src';
import { requireGraph } from '../../../src/definition/flow';
import { executeTask } from '../../../src/engine/task/execute';
import { LargeValues } from '../../../src/engine/task/large-values';
import type { View, Visible } from '../../../src/engine/task/view';
import { collectGarbage } from '../../../src/environment/node-capabilities';
import { MemoryCas } from '../../../src/store/cas/memory-cas';
import { Artifacts, encodeArtifact } from '../../../src/store/values/artifacts';

const MB = 1_000_000;
const visible = (size: number): Visible => ({
  ...{ codec: 'raw', version: 1, type: 'Buffer', digest: '', hash: 'there', at: 'each/1' },
  size,
});

/** Inputs of one value each, which is made anew when it is decoded. */
function inputs(count: number, most: number) {
  let decoded = 0;
  const values = new LargeValues(() => {
    decoded++;
    return Buffer.alloc(MB, decoded);
  }, most);
  const readers = Array.from({ length: count }, () => values.ofInput());
  return {
    read: (i: number) => readers[i]?.('bytes', visible(MB)) as Buffer,
    decoded: () => decoded,
  };
}

test('in one go, without a pause, no more stays than is kept', () => {
  const COUNT = 60;
  const { read, decoded } = inputs(COUNT, 4 * MB);
  collectGarbage();
  const before = process.memoryUsage().arrayBuffers;
  for (let i = 0; i < COUNT; i++) expect(read(i)).toHaveLength(MB);
  // The bytes of buffers are freed beside: the second collection waits for the first one's.
  collectGarbage();
  collectGarbage();
  expect((process.memoryUsage().arrayBuffers - before) / MB).toBeLessThan(12);
  expect(decoded()).toBe(COUNT);
});

test('what is held is the same object, however much was read since; what is not is read again', async () => {
  const COUNT = 40;
  const { read, decoded } = inputs(COUNT, 4 * MB);
  const held = read(0);
  for (let i = 1; i < COUNT; i++) {
    read(i);
    expect(read(i)).toBe(read(i));
    if (i % 10 === 0) await new Promise(setImmediate);
  }
  collectGarbage();
  expect(read(0)).toBe(held);
  expect(decoded()).toBe(COUNT);
  expect(read(1)).toHaveLength(MB);
  expect(decoded()).toBe(COUNT + 1);
});

test('a text is read again, since it cannot be told from an equal one', () => {
  const values = new LargeValues(() => 'x'.repeat(100), 150);
  const [a, b] = [values.ofInput(), values.ofInput()];
  for (const read of [a, b, a]) expect(read('text', visible(100))).toBe('x'.repeat(100));
});

test('a join of much has it, and a join of little keeps all that it reads', async () => {
  const f = flow('wide');
  const start = f.start(() => ({ ns: [1] }));
  const each = f.foreach('each', { after: start, over: 'ns' }, () => ({ bytes: Buffer.alloc(0) }));
  const found: boolean[] = [];
  const all = f.join('all', { after: each }, async ({ inputs: given }) => {
    const refs = given.map(({ bytes }) => new WeakRef(bytes));
    const [first] = given.map(({ bytes }) => bytes);
    await new Promise(setImmediate);
    collectGarbage();
    found.push(
      given[0]?.bytes === first,
      refs.some((ref) => ref.deref() === undefined),
    );
    return {};
  });
  const graph = requireGraph(f.end(all));
  const cas = new MemoryCas();
  const record = await encodeArtifact('bytes', Buffer.alloc(4 * MB, 1), cas);
  for (const count of [2, 12]) {
    const labels = Array.from({ length: count }, (_, i) => `each/${i + 2}`);
    const view = (label: string): View => ({
      label,
      entries: new Map([['bytes', { ...record, at: label }]]),
    });
    await executeTask({
      graph,
      run: { flow: 'wide', run: '1', user: '', namespace: '', tags: [], params: [], cwd: '' },
      spec: { step: 'all', task: '99', attempt: 0, parents: labels, stack: [] },
      view,
      artifacts: new Artifacts(cas),
      log: () => {},
      signal: () => new AbortController().signal,
      card: () => {
        throw new Error('nobody asks for it');
      },
    });
  }
  expect(found).toEqual([true, false, true, true]);
});
