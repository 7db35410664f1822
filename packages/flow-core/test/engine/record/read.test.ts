/** What a row refers to and the store has not is an error that names it: nothing is skipped. */
import { flow, merge } from '../../../src';
import { recordedOutputs } from '../../../src/engine/record/read';
import { recordedViews } from '../../../src/engine/record/views';
import { keys } from '../../../src/store/kv/row-keys';
import type { TaskRow } from '../../../src/store/rows/rows';
import { MemoryEngine, rowOf } from '../../kit/memory';

function defined() {
  const f = flow('lost');
  const start = f.start(() => ({ a: 1, b: 2 }));
  const left = f.step('left', { after: start }, () => ({ l: 3 }));
  const right = f.step('right', { after: start }, () => ({ r: 4 }));
  return f.end(f.gather('both', { after: { left, right } }, ({ inputs }) => ({ ...merge(inputs), c: 5 })));
}

async function ran() {
  const e = new MemoryEngine();
  const first = await e.run(defined());
  const remove = (key: string) => e.store.commit([{ key, value: undefined }]);
  return { e, first, remove };
}

const artifact = (label: string, name: string) => {
  const [step = '', task] = label.split('/');
  return keys.artifact('lost', 1, step, Number(task), name);
};
const corrupt = (what: string) =>
  expect.objectContaining({ code: 'FLOW_STORE_CORRUPT', message: expect.stringContaining(what) });

test('an artifact that a task stored', async () => {
  const { e, remove } = await ran();
  await remove(artifact('start/1', 'b'));
  await expect(recordedViews(e.store, 'lost', 1, ['start/1'])).rejects.toEqual(
    corrupt('The store has lost lost/1/start/1/b. '),
  );
  // Whoever inherits it misses it, too.
  await expect(recordedViews(e.store, 'lost', 1, ['left/2'])).rejects.toEqual(corrupt('lost/1/start/1/b'));
});

test('an artifact that a gather passes on by reference is an output of its own', async () => {
  const { e, first, remove } = await ran();
  const both = rowOf(first, 'both');
  expect([...(await recordedOutputs(e.store, 'lost', 1, both)).keys()].sort()).toEqual([
    'a',
    'b',
    'c',
    'l',
    'r',
  ]);
  await remove(artifact('left/2', 'l'));
  await expect(recordedOutputs(e.store, 'lost', 1, both)).rejects.toEqual(corrupt('lost/1/left/2/l'));
});

test('a task that is an input', async () => {
  const { e, remove } = await ran();
  await remove(keys.task('lost', 1, 'left', 2));
  await expect(recordedViews(e.store, 'lost', 1, ['start/1', 'left/2'])).rejects.toEqual(
    corrupt('The store has lost lost/1/left/2. '),
  );
});

test('the task that a resumed run took over, and an artifact of it', async () => {
  const { e, remove } = await ran();
  const second = await e.resume(defined(), 1, 'both');
  const start = rowOf(second, 'start') as TaskRow;
  expect(start.origin).toBe('1/start/1');
  await remove(artifact('start/1', 'a'));
  await expect(recordedViews(e.store, 'lost', 2, ['start/1'])).rejects.toEqual(corrupt('lost/1/start/1/a'));
  await remove(keys.task('lost', 1, 'start', 1));
  await expect(recordedOutputs(e.store, 'lost', 2, start)).rejects.toEqual(
    corrupt('The store has lost lost/1/start/1, which lost/2/start/1 needs. '),
  );
});

test('a spin whose input is gone fails, instead of executing without it', async () => {
  const { e, remove } = await ran();
  await remove(artifact('left/2', 'l'));
  await expect(e.spin(defined(), 'both')).rejects.toEqual(corrupt('lost/1/left/2/l'));
});
