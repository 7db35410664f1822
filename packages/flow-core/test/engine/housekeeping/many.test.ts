/** Many runs go together: a few looks at the store for all of them, and after a run no longer than anybody waits. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { flow } from '../../../src/definition/flow';
import { accept } from '../../../src/engine/housekeeping/accepted';
import { removeRuns } from '../../../src/engine/housekeeping/remove';
import { leftOfRemoved } from '../../../src/engine/housekeeping/tombstones';
import { retain } from '../../../src/session/retention';
import { scan } from '../../../src/store/kv/kv';
import { keys, prefixRange } from '../../../src/store/kv/row-keys';
import { memoryStore } from '../../../src/store/open';
import type { RunRow } from '../../../src/store/rows/rows';
import { Store } from '../../../src/store/store';
import { MemoryEngine } from '../../kit/memory';
import { withEnvironment } from '../../store/helpers/place';

withEnvironment('CI', undefined);

const RUNS = 30;
const f = flow('films');
const films = f.end(f.start(() => ({ n: 1 })));
let engine: MemoryEngine;
beforeEach(async () => {
  engine = new MemoryEngine(memoryStore());
  for (let i = 0; i < RUNS; i++) await engine.run(films, { namespace: 'user:mia' });
});
afterEach(() => jest.restoreAllMocks());

/** A client that has read nothing. */
const fresh = () => new Store(engine.store.kv, engine.store.cas);
const rows = async (store: Store, numbers: number[]) =>
  (await Promise.all(numbers.map((run) => store.unpinnedRun('films', run)))) as RunRow[];
const left = async () => [...(await leftOfRemoved(fresh())).values()].flat().length;

/** How often the database was asked. */
async function asked(numbers: number[]): Promise<number> {
  const store = fresh();
  const going = await rows(store, numbers);
  const { kv } = store;
  const spies = (['get', 'getMany', 'range', 'batch'] as const).map((name) => jest.spyOn(kv, name));
  await removeRuns(store, going, { by: 'mia', at: 0 });
  const times = spies.reduce((sum, { mock }) => sum + mock.calls.length, 0);
  jest.restoreAllMocks();
  return times;
}

test('runs that follow one another are cleared by as few looks as one', async () => {
  const one = await asked([1]);
  expect(await asked(Array.from({ length: RUNS - 2 }, (_, i) => i + 2))).toBeLessThan(one + 5);
  expect(await left()).toBe(0);
});

test('runs between others go, and the others stay whole', async () => {
  const told: [number, number][] = [];
  const store = fresh();
  const going = await rows(store, [2, 3, 5, 9]);
  await removeRuns(store, going, { by: 'mia', at: 0, progress: (...at) => told.push(at) });
  expect(told).toEqual([[4, 4]]);
  const kept: number[] = [];
  for await (const { run } of fresh().runs('films')) kept.push(run);
  expect(kept).toHaveLength(RUNS - 4);
  const tasks: number[] = [];
  for (const run of [2, 3, 4, 5, 6, 9]) {
    let count = 0;
    for await (const _ of scan(store.kv, prefixRange(keys.tasks('films', run)))) count++;
    tasks.push(count);
  }
  expect(tasks).toEqual([0, 0, 2, 0, 2, 0]);
});

test('after a run, what takes too long is left to the next one, and said', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'nx-flow-test-'));
  const policy = { keepLast: 10 };
  writeFileSync(join(folder, 'flow.json'), JSON.stringify({ retention: policy }));
  accept(folder, policy, 0);
  const after = () =>
    retain({ place: { store: folder }, store: fresh(), user: 'mia', workspace: folder } as never);
  let now = 0;
  // Each look at the watch takes a minute.
  const watch = jest.spyOn(performance, 'now').mockImplementation(() => (now += 60_000));
  expect(await after()).toBe(
    'As flow.json says, 20 runs were removed: films/20, films/19, films/18, films/17, films/16 and 15 more. The room of 20 runs that were removed comes back after the next run, or with nx-flow gc.',
  );
  expect(await left()).toBe(20);
  watch.mockRestore();
  expect(await after()).toBeUndefined();
  expect(await left()).toBe(0);
  rmSync(folder, { recursive: true });
});
