/** Random programs: run and spin agree with a reference interpreter. */
import type { TaskRow } from '../../src/store/rows/rows';
import { Bench, expectSame, expectSameSpin, type Recorded } from './bench';
import type { Task } from './interpreter';
import { DRAWN, everyProgram, oneOf, RUNS } from './random';
import { randomOf } from './shuffled-pool';

/** Tasks of each program that are spun. */
const SPINS = 8;

test(`a run agrees with what the program means; a spin of any task gives what it recorded ${DRAWN}`, async () => {
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

/** A step's name alone stands for the first split that has it, and iteration 0; `index` and `iteration` choose another. */
async function spinsByName(bench: Bench, run: Recorded, all: Task[], random: () => number): Promise<void> {
  const { name } = oneOf(bench.program.specs, random);
  const [first] = all.filter(({ step, iteration }) => step === name && !iteration).sort(bySplit);
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

function bySplit(a: Task, b: Task): number {
  const at = a.stack.findIndex(({ index }, depth) => index !== b.stack[depth]?.index);
  return at < 0 ? 0 : (a.stack[at]?.index ?? 0) - (b.stack[at]?.index ?? 0);
}

function originOf({ program }: Bench, { run, tasks }: Recorded, { key, step }: Task): string {
  return `${program.name}/${run}/${step}/${(tasks.get(key) as TaskRow).task}`;
}
