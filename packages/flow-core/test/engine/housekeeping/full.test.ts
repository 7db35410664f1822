/** On a full disk nobody knows who reads a run: gc says that there is no room, and what helps. */
import { flow } from '../../../src/definition/flow';
import { collect, isUndone } from '../../../src/engine/housekeeping/collect';
import { MAY_BE_READ } from '../../../src/engine/housekeeping/kept';
import { MemoryCas } from '../../../src/store/cas/memory-cas';
import { storeFull } from '../../../src/store/folder/no-room';
import { MemoryKv } from '../../../src/store/kv/memory';
import { Store } from '../../../src/store/store';
import { MemoryEngine } from '../../kit/memory';

test('and removes nothing', async () => {
  const f = flow('kept');
  const defined = f.end(f.start(() => ({})));
  const kv = new MemoryKv();
  const engine = new MemoryEngine(new Store(kv, new MemoryCas()));
  for (let i = 0; i < 3; i++) await engine.run(defined);
  const holds = {
    ...engine.store.holds,
    states: async (names: readonly string[]) => names.map(() => 'unsure' as const),
  };
  const unsure = new Store(kv, engine.store.cas, undefined, holds as never);
  const policy = { keepLast: 1 };
  const asked = { policy, namespace: undefined, now: Date.now(), by: 'tester', dryRun: false };
  // With room, it says that somebody may come back, and is not done.
  const kept = await collect(unsure, {
    ...asked,
    beside: { store: '/nowhere/.flow', workspace: '/nowhere' },
  });
  expect([isUndone(kept), kept.judged.map((one) => one.kept)]).toEqual([
    true,
    [expect.stringMatching(/^the newest/), MAY_BE_READ, MAY_BE_READ],
  ]);
  jest.spyOn(kv, 'batch').mockRejectedValue(storeFull('/store', 'ENOSPC'));
  const store = new Store(kv, engine.store.cas, undefined, holds as never);
  const options = {
    ...{ policy: { keepLast: 1 }, namespace: undefined, now: Date.now(), by: 'tester', dryRun: false },
    beside: { store: '/nowhere/.flow', workspace: '/nowhere' },
  };
  await expect(collect(store, options)).rejects.toMatchObject({
    code: 'FLOW_STORE_FULL',
    message: expect.stringMatching(
      /^The store \/store has no room for more \(ENOSPC\): .*make room on its disk/,
    ),
  });
  // Also where no run would go.
  await expect(collect(store, { ...options, policy: {} })).rejects.toMatchObject({ code: 'FLOW_STORE_FULL' });
  expect((await collect(store, { ...options, dryRun: true })).runs).toEqual([]);
});
