/** What a run took over from another, and the store has lost: it is refused before a repair, and executed again after it. */
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { flow } from '../../../src/definition/flow';
import { removeRuns } from '../../../src/engine/housekeeping/remove';
import { entomb } from '../../../src/engine/housekeeping/tombstones';
import { allLostOf } from '../../../src/engine/record/lost';
import { keys } from '../../../src/store/kv/row-keys';
import type { RunRow } from '../../../src/store/rows/rows';
import type { Store } from '../../../src/store/store';
import { MemoryEngine } from '../../kit/memory';
import { exported } from '../transfer/kit';
import { DamagedStore } from './damaged-store';

let fails = true;
const f = flow('two');
const start = f.start(() => ({ big: randomBytes(200_000), small: 1 }));
const mid = f.step('mid', { after: start }, ({ self }) => {
  if (fails) throw new Error('not yet');
  return { twice: self.small * 2 };
});
const two = f.end(f.step('use', { after: mid }, ({ self }) => ({ length: self.big.length })));

const damaged = new DamagedStore();
beforeAll(() => damaged.make());
afterAll(() => damaged.dispose());

const BIG = { flow: 'two', run: 1, step: 'start', task: 1, name: 'big' };
const fileOf = async (store: Store) =>
  store.cas.path?.((await store.artifacts([BIG]))[0]?.hash as string) as string;

/** Runs in the store, which is closed after it. */
async function within<T>(work: (store: Store, engine: MemoryEngine) => Promise<T>): Promise<T> {
  const store = await damaged.open();
  try {
    return await work(store, new MemoryEngine(store));
  } finally {
    await store.close();
  }
}

const remove = (...runs: number[]) =>
  within(async (store) => {
    const rows = await Promise.all(runs.map((run) => store.unpinnedRun('two', run)));
    await removeRuns(store, rows as RunRow[], { at: 1, by: 'ada' });
  });

/** two/2 has taken start over from two/1. */
beforeEach(async () => {
  damaged.fresh();
  await within(async (_, engine) => {
    fails = true;
    expect((await engine.run(two)).status).toBe('failed');
    fails = false;
    expect(await engine.resume(two, 1)).toMatchObject({ run: 2, status: 'done' });
  });
});

const loseBytes = () => within(async (store) => rmSync(await fileOf(store)));

test('before a repair no run is made; after it the step is executed again, whichever run had stored it', async () => {
  await loseBytes();
  await within(async (store, engine) => {
    await expect(engine.resume(two, 2, 'use')).rejects.toMatchObject({
      ...{ code: 'FLOW_STORE_CORRUPT', exit: 1 },
      message: expect.stringMatching(
        /it has lost two\/1\/start\/1\/big, which .* Nothing was recorded: .* by nx-flow resume two 2\/start,/,
      ),
    });
    expect((await store.latest('two'))?.run).toBe(2);
    await expect(exported(store, 'two', 2)).rejects.toMatchObject({
      ...{ code: 'FLOW_STORE_CORRUPT', exit: 1 },
      message: expect.stringMatching(
        /^two\/2\/start\/1\/big cannot be exported\. The store has lost the file .*\. Execute its step again, or /,
      ),
    });
  });
  await damaged.repair();
  await within(async (store, engine) => {
    const run = (await store.run('two', 2)) as RunRow;
    expect(await allLostOf(store, run)).toEqual([
      expect.stringMatching(
        /^two\/1\/start\/1\/big has lost its bytes: .* Execute it again by nx-flow resume two 2, [^.]*\.$/,
      ),
    ]);
    await expect(exported(store, 'two', 2)).rejects.toThrow(/two\/2 is not whole.* nx-flow resume two 2,/);
    const resumed = await engine.resume(two, 2);
    expect(resumed).toMatchObject({ run: 3, status: 'done' });
    expect(resumed.row.tasks).toMatchObject({ taken: 0 });
    await exported(store, 'two', 3);
    expect(await allLostOf(store, resumed.row)).toEqual([]);
  });
});

test.each([
  ['artifact', keys.artifact('two', 1, 'start', 1, 'small')],
  ['task', keys.task('two', 1, 'start', 1)],
])('the record of what it took over is lost: %s', async (kind, key) => {
  await damaged.raw([{ key, value: undefined }]);
  if (kind === 'artifact')
    await within((_, engine) =>
      expect(engine.resume(two, 2, 'use')).rejects.toThrow(
        /it has lost artifacts of two\/1\/start\/1, which/,
      ),
    );
  await damaged.repair();
  await within(async (_, engine) => {
    expect(await engine.resume(two, 2)).toMatchObject({ run: 3, status: 'done' });
    expect((await engine.resume(two, 3, 'use')).row.tasks).toMatchObject({ taken: 2 });
  });
});

describe('the run that had stored it is removed, and others need it', () => {
  const ofRemoved =
    /^two\/1\/start\/1\/big has lost its bytes: .* Execute it again by nx-flow resume two 2, /;
  const linesOf = async () =>
    (await damaged.verify()).lost.map(({ where, message }) => `${where} ${message}`);

  test.each(['repaired before', 'repaired after'])('%s: its line names a run that is there', async (when) => {
    await loseBytes();
    if (when === 'repaired before') await damaged.repair();
    await remove(1);
    if (when === 'repaired after')
      expect((await damaged.repair()).lines).toEqual([expect.stringMatching(ofRemoved)]);
    expect((await damaged.verify()).problems).toEqual([]);
    const [line, ...others] = await linesOf();
    expect(others).toEqual([]);
    expect(line).toMatch(ofRemoved);
    expect(line).toMatch(/ nx-flow rm two 2 removes the run, and this line with it\.$/);
    // Nothing more is lost.
    rmSync(damaged.files(/^CURRENT$/)[0] as string);
    expect((await damaged.repair()).lines).toEqual([]);
    expect(await linesOf()).toEqual([line]);

    expect(await within((_, engine) => engine.resume(two, 2))).toMatchObject({ run: 3, status: 'done' });
    await remove(2);
    expect(await linesOf()).toEqual([]);
    expect((await damaged.verify()).problems).toEqual([]);
  });

  test('its record is lost: whoever reads it hears where the run to resume is named', async () => {
    await damaged.raw([{ key: keys.artifact('two', 1, 'start', 1, 'small'), value: undefined }]);
    await damaged.repair();
    await remove(1);
    await within((store) =>
      expect(store.artifacts([{ ...BIG, name: 'small' }])).rejects.toThrow(
        /^two\/1\/start\/1\/small is lost: .* two\/1 was removed: nx-flow verify names the run to resume, /,
      ),
    );
    expect((await linesOf())[0]).toMatch(/ by nx-flow resume two 2, /);
  });

  test('two that need it go together', async () => {
    await within((_, engine) => engine.resume(two, 2, 'use'));
    await loseBytes();
    await damaged.repair();
    expect((await linesOf())[0]).toMatch(
      / nx-flow resume two 1, .* nx-flow rm two 1 2 3 removes the runs that/,
    );
    await remove(1);
    expect((await linesOf())[0]).toMatch(
      / resume two 3, .* nx-flow rm two 2 3 removes the runs that need it, and this line with them\.$/,
    );
    await remove(2, 3);
    expect(await linesOf()).toEqual([]);
  });

  test('nobody needs it, and a command still read it: gc takes the line away', async () => {
    await remove(2);
    await loseBytes();
    await within(async (store) => {
      const rows = [(await store.unpinnedRun('two', 1)) as RunRow];
      await entomb(store, rows, { at: 1, by: 'ada' });
    });
    const gone = / two\/1 was removed, and no other run needs it: nx-flow gc removes this line\.$/;
    expect((await damaged.repair()).lines).toEqual([expect.stringMatching(gone)]);
    expect((await linesOf())[0]).toMatch(gone);
    await remove();
    expect(await linesOf()).toEqual([]);
  });
});
