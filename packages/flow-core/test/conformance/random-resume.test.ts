/** Random programs that fail somewhere: what is resumed agrees with a reference interpreter. */
import type { TaskRow } from '../../src/store/rows/rows';
import { Bench, expectSame } from './bench';
import type { Task } from './interpreter';
import { DRAWN, everyProgram, oneOf, RUNS } from './random';
import { randomOf } from './shuffled-pool';

test(`a run that failed anywhere is resumed: what was finished is taken over, nothing else; all agrees ${DRAWN}`, async () => {
  let takenThoughChanged = 0;
  await everyProgram(async ({ program, draw }) => {
    // `start` reads parameters, and everything follows it: where it does not, something can stand though one changes.
    const changes = draw % 4 === 0;
    if (changes && draw % 3 !== 0) program.start.params = false;
    const random = randomOf(draw);
    const shuffle = draw % 3 === 0 ? undefined : draw;
    const bench = new Bench(program);
    const culprit = oneOf([...bench.meaning().values()], random);
    const fail = (key: string) => {
      if (key === culprit.key) throw new RangeError(`at ${key}`);
    };
    const failed = await bench.run({ shuffle, hooks: { before: fail } });
    expect(failed.row.status).toBe('failed');
    const before = await bench.agrees(failed, { hooks: { before: fail } });
    const row = failed.tasks.get(culprit.key) as TaskRow;
    expect(row).toMatchObject({
      status: 'failed',
      error: { name: 'RangeError', message: `at ${culprit.key}` },
    });

    // The failed task, spun once it is repaired: on the very inputs that it had.
    const spun = await bench.spin(culprit.step, { run: failed.run, task: row.task });
    const values = spun.artifacts.filter(({ reference }) => !reference);
    for (const { name, value } of values) expectSame(value, culprit.returned[name], `${culprit.key} ${name}`);
    const names = spun.artifacts.map(({ name, change }) => `${name} ${change}`).sort();
    expectSame(
      names,
      Object.keys(culprit.returned)
        .sort()
        .map((name) => `${name} new`),
      culprit.key,
    );

    // Sometimes a parameter changes, too: what read it is executed again, and what follows.
    const params = changes ? { seed: 7 } : {};
    const resumed = await bench.resume(failed, { shuffle, params });
    expect(resumed.row).toMatchObject({ status: 'done', origin: failed.run });
    const meaning = await bench.agrees(resumed, { params });
    const wanted = toExecute(meaning, ({ key, spec }) => {
      const task = before.get(key);
      return !task || task.error !== undefined || ('seed' in params && spec.params);
    });
    expectSame([...resumed.executed].sort(), wanted.sort(), `what is executed after ${culprit.key} failed`);
    const taken = [...resumed.tasks.values()].filter(({ origin }) => origin !== undefined);
    expect(taken.length).toBe(meaning.size - wanted.length);
    if (changes && taken.length > 0) takenThoughChanged++;
    expect(resumed.row.tasks).toEqual({ done: wanted.length, failed: 0, taken: taken.length });

    for (let n = 0; n < 3; n++) await bench.spinsTheSame(resumed, oneOf([...meaning.values()], random));
  });
  if (RUNS >= 100) expect(takenThoughChanged).toBeGreaterThan(0);
});

/** Tasks that have to be executed, and all that follow one of them. */
function toExecute(meaning: Map<string, Task>, has: (task: Task) => boolean): string[] {
  const found = new Set<string>();
  for (const task of meaning.values()) {
    if (has(task) || [...task.parents, task.base].some((one) => one !== undefined && found.has(one)))
      found.add(task.key);
  }
  return [...found];
}
