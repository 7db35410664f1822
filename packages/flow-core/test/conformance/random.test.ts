/** Random programs: run, resume and spin agree with a reference interpreter. */
import fc from 'fast-check';
import type { TaskRow } from '../../src/store/rows';
import { Bench, expectSame, expectSameSpin, type Recorded } from './bench';
import type { Task } from './interpreter';
import { compile, type Program, type Shape } from './program';
import { randomOf } from './shuffled-pool';

/** 300 programs; more by `NX_FLOW_RUNS`, the same again by `NX_FLOW_SEED`. */
const RUNS = Number(process.env.NX_FLOW_RUNS ?? 300);
const SEED = process.env.NX_FLOW_SEED === undefined ? {} : { seed: Number(process.env.NX_FLOW_SEED) };
/** Tasks of each program that are spun. */
const SPINS = 8;

const seed = fc.nat(2 ** 30);
const shape = fc.letrec<{ shapes: Shape[]; shape: Shape }>((tie) => ({
  shapes: fc.array(tie('shape'), { maxLength: 4 }),
  shape: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.record({ kind: fc.constant('step' as const), seed }),
    fc.record({
      kind: fc.constant('loop' as const),
      seed,
      times: fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 1, max: 4 }) }, fc.constant(20)),
    }),
    fc.record({
      kind: fc.constant('foreach' as const),
      seed,
      length: fc.oneof({ weight: 6, arbitrary: fc.integer({ min: 1, max: 3 }) }, fc.constant(12)),
      inside: tie('shapes'),
    }),
    fc.record({
      kind: fc.constant('gather' as const),
      seed,
      branches: fc.array(tie('shapes'), { minLength: 2, maxLength: 3 }),
    }),
    fc.record({
      kind: fc.constant('switch' as const),
      seed,
      arms: fc.array(tie('shapes'), { minLength: 1, maxLength: 3 }),
      united: fc.nat(3),
    }),
  ),
})).shape;
const program = fc.array(shape, { minLength: 1, maxLength: 8 }).map((shapes) => compile('random', shapes));

interface Trial {
  program: Program;
  /** Draws the pool's order, the tasks that are spun and the one that fails. */
  draw: number;
}

function everyProgram(check: (trial: Trial) => Promise<void>): Promise<void> {
  return fc.assert(
    fc.asyncProperty(program, seed, (program, draw) => check({ program, draw })),
    { ...SEED, numRuns: RUNS },
  );
}

function oneOf<T>(items: readonly T[], random: () => number): T {
  return items[Math.floor(random() * items.length)] as T;
}

test('a run agrees with what the program means; a spin of any task gives what it recorded', async () => {
  let tasks = 0;
  let largest = 0;
  await everyProgram(async ({ program, draw }) => {
    const random = randomOf(draw);
    const bench = new Bench(program);
    const run = await bench.run({ shuffle: draw % 3 === 0 ? undefined : draw, params: { seed: draw } });
    expect(run.row.status).toBe('done');
    const meaning = await bench.agrees(run, { params: { seed: draw } });
    const all = [...meaning.values()];
    tasks += all.length;
    largest = Math.max(largest, program.specs.length);
    for (let n = 0; n < SPINS; n++) await bench.spinsTheSame(run, oneOf(all, random));
    await spinsByName(bench, run, all, random);
  });
  expect(tasks).toBeGreaterThan(RUNS * 10);
  expect(largest).toBe(40);
});

/** A step's name alone stands for index 0 and iteration 0; `index` and `iteration` choose another. */
async function spinsByName(bench: Bench, run: Recorded, all: Task[], random: () => number): Promise<void> {
  const { name } = oneOf(bench.program.specs, random);
  const first = all.find(
    ({ step, stack, iteration }) => step === name && !iteration && stack.every(({ index }) => index === 0),
  );
  if (first) {
    const outcome = await bench.spin(name);
    expectSameSpin(outcome, first);
    expectSame(outcome.origin, originOf(bench, run, first), `spin ${name}`);
  } else await expect(bench.spin(name)).rejects.toMatchObject({ code: 'FLOW_NO_INPUTS' });
  const task = oneOf(all, random);
  const { iteration } = task;
  const index = task.stack.map((frame) => frame.index);
  const outcome = await bench.spin(task.step, { index, ...(iteration === undefined ? {} : { iteration }) });
  expectSameSpin(outcome, task);
  expectSame(outcome.origin, originOf(bench, run, task), `spin ${task.key}`);
}

function originOf({ program }: Bench, { run, tasks }: Recorded, { key, step }: Task): string {
  return `${program.name}/${run}/${step}/${(tasks.get(key) as TaskRow).task}`;
}

test('a run that failed anywhere is resumed: what was finished is taken over, nothing else; all agrees', async () => {
  await everyProgram(async ({ program, draw }) => {
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
    const params = draw % 4 === 0 ? { seed: 7 } : {};
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
    expect(resumed.row.tasks).toEqual({ done: wanted.length, failed: 0, taken: taken.length });

    for (let n = 0; n < 3; n++) await bench.spinsTheSame(resumed, oneOf([...meaning.values()], random));
  });
});

/** Tasks that have to be executed, and all that follow one of them. */
function toExecute(meaning: Map<string, Task>, has: (task: Task) => boolean): string[] {
  const found = new Set<string>();
  for (const task of meaning.values()) {
    if (has(task) || task.parents.some((parent) => found.has(parent))) found.add(task.key);
  }
  return [...found];
}
