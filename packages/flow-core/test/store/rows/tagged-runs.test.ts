/** Runs by their tags: a record that is lost alone is missed, whatever is asked for. */
import { keys } from '../../../src/store/kv/row-keys';
import { memoryStore } from '../../../src/store/open';
import { record } from '../../../src/store/rows/records';
import type { RunRow } from '../../../src/store/rows/rows';
import type { Store } from '../../../src/store/store';

const RUNS = 5000;
const namespace = 'user:ada';
let store: Store;

beforeEach(async () => {
  store = memoryStore();
  const rowOf = (run: number) => ({
    flow: 'films',
    run,
    namespace,
    tags: [run === 1 ? 'first' : 'x'],
    systemTags: [],
  });
  const runs = Array.from({ length: RUNS }, (_, i) => record.run(rowOf(i + 1) as unknown as RunRow));
  await store.commit(runs.flat());
  await store.changeTags('films', 3000, { add: ['later'] });
});

const lose = (...lost: string[]) => store.commit(lost.map((key) => ({ key, value: undefined })));

async function runsWith(...tags: string[]): Promise<number[]> {
  const found: number[] = [];
  for await (const { run } of store.tagged('films', { tags, namespace })) found.push(run);
  return found;
}

test('those that had a tag at their start, and those that got it, from page to page', async () => {
  expect(await runsWith('first')).toEqual([1]);
  expect(await runsWith('later')).toEqual([3000]);
  expect(await runsWith('x')).toHaveLength(RUNS - 1);
  expect(await runsWith('x', 'later')).toEqual([3000]);
  await store.changeTags('films', 4999, { add: ['first'] });
  await store.changeTags('films', 1, { remove: ['first'] });
  expect(await runsWith('first')).toEqual([4999]);
  await store.changeTags('films', 2, { add: ['first'], remove: ['x'] });
  expect(await runsWith('first')).toEqual([4999, 2]);
});

test.each([1, 1234, RUNS])(
  'the row of run %d that is lost is missed by whoever asks for a tag',
  async (run) => {
    await lose(keys.run('films', run));
    for (const tag of ['first', 'x', 'nobody has it'])
      await expect(runsWith(tag)).rejects.toMatchObject({ code: 'FLOW_STORE_CORRUPT' });
    await expect(runsWith()).rejects.toMatchObject({ code: 'FLOW_STORE_CORRUPT' });
  },
);

test('so is its place in the index of its namespace, by whoever lists that', async () => {
  await lose(keys.inNamespace('films', namespace, 1234));
  await expect(runsWith()).rejects.toMatchObject({ code: 'FLOW_STORE_CORRUPT' });
});

test('so is a tag that a run got, whether another is asked for or that one', async () => {
  await lose(keys.tag('films', 3000, 'later'));
  for (const tags of [['later'], ['x'], ['first'], []])
    await expect(runsWith(...tags)).rejects.toMatchObject({ code: 'FLOW_STORE_CORRUPT' });
});

test('one that was removed is not', async () => {
  for (const key of [keys.run('films', 3000), keys.inNamespace('films', namespace, 3000)])
    await lose(key, keys.twin(key));
  expect(await runsWith('later')).toEqual([]);
  // What is left of it is in the way of nobody.
  await lose(keys.tag('films', 3000, 'later'));
  expect(await runsWith('first')).toEqual([1]);
});
