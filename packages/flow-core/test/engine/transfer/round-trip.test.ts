/** A run in another store is the same run: over the graphs of the conformance matrix, and random ones that were resumed. */
import type { RunRow } from '../../../src/store/rows/rows';
import { Bench } from '../../conformance/bench';
import { GRAPHS } from '../../conformance/graphs';
import { everyProgram, oneOf, RUNS } from '../../conformance/random';
import { randomOf } from '../../conformance/shuffled-pool';
import { exported, imported, recordedRun } from './kit';

test.each(Object.entries(GRAPHS))(
  '%s: every task of an imported run is what it was, and spins the same; it can be resumed from any step',
  async (_, program) => {
    const bench = new Bench(program);
    const run = await bench.run({ tags: ['exp'] });
    const file = await exported(bench.store, program.name, run.run);

    const other = new Bench(program);
    // Numbers are the store's own: the first is taken.
    await other.run({ params: { seed: 5 } });
    const { run: row, known } = await imported(other.store, file);
    expect(known).toBe(false);
    expect(row).toMatchObject({
      ...without(run.row, 'run', 'namespace', 'summaries'),
      run: 2,
      namespace: 'user:tester',
      imported: { run: `${program.name}/${run.run}`, namespace: 'user:tester', by: 'importer' },
    });
    expect((await other.store.latest(program.name, 'user:tester'))?.run).toBe(2);

    const recorded = await recordedRun(other.store, row);
    const meaning = await other.agrees(recorded);
    for (const task of meaning.values()) await other.spinsTheSame(recorded, task);
    for (const { name } of program.specs) {
      const resumed = await other.resume(recorded, { from: name });
      await other.agrees(resumed);
    }
    expect((await exported(other.store, program.name, 2)).equals(file)).toBe(true);
  },
);

test('a run that was resumed, twice, takes along all that it had taken over', async () => {
  await everyProgram(async ({ program, draw }) => {
    const random = randomOf(draw);
    const bench = new Bench(program);
    const [first, second] = [0, 1].map(() => oneOf([...bench.meaning().values()], random).key);
    const fail = (...culprits: unknown[]) => ({
      before(key: string) {
        if (culprits.includes(key)) throw new RangeError(`at ${key}`);
      },
    });
    const failed = await bench.run({ hooks: fail(first, second) });
    const still = await bench.resume(failed, { hooks: fail(second) });
    const done = still.row.status === 'done' ? still : await bench.resume(still);
    const again = await bench.resume(done, { from: 'end' });

    const other = new Bench(program);
    // The failed run is another run: it goes its own way, and can be resumed there.
    const broken = await imported(other.store, await exported(bench.store, program.name, failed.run));
    expect(broken.run).toMatchObject({ run: 1, status: 'failed', error: failed.row.error });
    const { run: row } = await imported(other.store, await exported(bench.store, program.name, again.run));
    expect(row).toMatchObject({
      run: 2,
      imported: { run: `${program.name}/${again.run}`, origin: done.run },
    });
    expect(row.origin).toBeUndefined();

    const recorded = await recordedRun(other.store, row);
    const meaning = await other.agrees(recorded);
    for (const task of [...recorded.tasks.values()]) {
      expect(task.origin).toBeUndefined();
      expect([...task.parents, ...Object.values(task.inherited)].join()).not.toMatch(/\w\/\w+\/\w/);
    }
    for (let n = 0; n < 4; n++) await other.spinsTheSame(recorded, oneOf([...meaning.values()], random));
    const resumed = await other.resume(await recordedRun(other.store, broken.run));
    await other.agrees(resumed);
    await other.agrees(await other.resume(recorded, { from: oneOf(program.specs, random).name }));
  }, RUNS / 10);
});

function without(row: RunRow, ...names: (keyof RunRow)[]): Partial<RunRow> {
  return Object.fromEntries(Object.entries(row).filter(([name]) => !names.includes(name as keyof RunRow)));
}
