/**
 * The graphs of the conformance matrix as graphs of Nx's own tasks: they have the flows' edges, and do what runs do.
 * Of all graphs the edges are compared; run by the command and executed as targets are the largest and one more, another
 * one each time. The others are run in this process, where a run costs next to nothing.
 * `WHOLE=1` executes all 142 steps, and `GRAPHS_SEED` those graphs of a run that failed.
 */
import { randomInt } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { client } from '../../packages/flow-core/src/client/client';
import { Bench } from '../../packages/flow-core/test/conformance/bench';
import { GRAPHS } from '../../packages/flow-core/test/conformance/graphs';
import type { Program } from '../../packages/flow-core/test/conformance/program';
import { sourceOf } from '../../packages/flow-core/test/conformance/source';
import { randomOf } from '../lib/random';
import { Workspace } from '../lib/workspace';

const BODIES = join(__dirname, '../../packages/flow-core/test/conformance/body.ts');

/** Runs each flow, and prints what it was declared as and what each of its tasks left. */
const RUNNER = `
const { client } = require('@nx-flow/core');
const { main } = require('@nx-flow/core/cli');
const { writeFileSync } = require('node:fs');
(async () => {
  const [out, ...names] = process.argv.slice(2);
  for (const name of names) if (await main(['run', name]) !== 0) process.exit(1);
  const flows = {};
  for (const name of names) {
    const steps = {};
    for (const step of await client(name).latest()) {
      const tasks = [];
      for await (const task of step) {
        const { index, iteration, pathspec } = task;
        const artifacts = [];
        for await (const { name, digest, pathspec: at } of task)
          artifacts.push({ name, digest, own: at === pathspec + '/' + name });
        tasks.push({ index, iteration, artifacts });
      }
      steps[step.name] = { kind: step.kind, after: step.parents().map(({ name }) => name), tasks };
    }
    flows[name] = steps;
  }
  writeFileSync(out, JSON.stringify(flows));
  process.exit(0);
})();
`;

interface Artifact {
  name: string;
  digest: string;
}
interface Recorded {
  kind: string;
  after: string[];
  tasks: { index: number[]; iteration?: number; artifacts: (Artifact & { own: boolean })[] }[];
}

const flows = Object.values(GRAPHS).map(({ name }) => name);
const workspace = new Workspace('graphs', {
  'bodies/body.ts': readFileSync(BODIES, 'utf8'),
  'run.cjs': RUNNER,
  ...Object.fromEntries(
    Object.values(GRAPHS).map((program) => [
      `flows/${program.name}/${program.name}.flow.ts`,
      sourceOf(program, '../../bodies/body'),
    ]),
  ),
});
/** Those that are executed as targets. */
const SEED = Number(process.env.GRAPHS_SEED ?? randomInt(2 ** 31));
const LARGEST = 'mixture_of_sixteen_steps';
const chosen = process.env.WHOLE
  ? flows
  : [LARGEST, ...shuffled(flows.filter((flow) => flow !== LARGEST)).slice(0, 1)];
function shuffled<T>(list: T[]): T[] {
  const random = randomOf(SEED);
  return list
    .map((item) => ({ item, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

const spinEnd = async () => {
  const { code, text } = await workspace.warm(
    ...['run-many', '-t', 'spin-end', '-p', chosen.join(), '--parallel=3', '--output-style=static'],
  );
  expect([code, text]).toEqual([0, expect.any(String)]);
  return text;
};
/** What a run knew of a step, wherever it ran. */
interface Known {
  after: string[];
  tasks: number;
}
let known: Record<string, Record<string, Known>>;
async function runHere(program: Program): Promise<Record<string, Known>> {
  const bench = new Bench(program);
  await bench.run();
  const run = await client(program.name, { store: bench.store, namespace: null }).latest();
  const steps: Record<string, Known> = {};
  for (const step of run) {
    let tasks = 0;
    for await (const _ of step) tasks++;
    steps[step.name] = { after: step.parents().map(({ name }) => name), tasks };
  }
  return steps;
}

/** What the runs of those that are chosen recorded, by flow and step. */
let recorded: Record<string, Record<string, Recorded>>;
/** What Nx said of the steps as targets. */
let executed: string;

beforeAll(async () => {
  const { code, text } = workspace.node('run.cjs', 'recorded.json', ...chosen);
  expect([code, text]).toEqual([0, expect.any(String)]);
  recorded = json('recorded.json');
  known = {};
  for (const program of Object.values(GRAPHS)) {
    const here = await runHere(program);
    const steps = recorded[program.name];
    known[program.name] = here;
    if (!steps) continue;
    const there = Object.entries(steps).map(([step, { after, tasks }]) => [
      step,
      { after, tasks: tasks.length },
    ]);
    expect(Object.fromEntries(there)).toEqual(here);
  }
});
// A process or two for each step.
beforeAll(async () => {
  executed = await spinEnd();
}, 600_000);

function json<T>(...path: string[]): T {
  return JSON.parse(readFileSync(join(workspace.folder, ...path), 'utf8'));
}

/** The tasks of a flow, with those that each depends on, as its run knew them. */
function edges(flow: string): [task: string, on: string[]][] {
  const id = (step: string) => `${flow}:spin-${step}`;
  return Object.entries(known[flow] as Record<string, Known>).map(([step, { after }]) => [
    id(step),
    after.map(id).sort(),
  ]);
}

test('the task graph of spin-end has the steps and the edges of each flow, and no more', async () => {
  expect(await workspace.taskGraph('run-many', '-t', 'spin-end')).toEqual(
    Object.fromEntries(flows.flatMap(edges)),
  );
  expect(await workspace.taskGraph('run', `${LARGEST}:spin-end`)).toEqual(Object.fromEntries(edges(LARGEST)));
});

const sorted = (artifacts: Artifact[]) =>
  artifacts.map(({ name, digest }) => [name, digest]).sort(([a = ''], [b = '']) => (a < b ? -1 : 1));

describe.each(chosen)(`%s, of the seed ${SEED}`, (flow) => {
  const folder = (step: string, ...below: (string | number)[]) =>
    join('dist/flow', flow, 'steps', step, ...below.map(String));

  test('each step hands on what its tasks left in a run', () => {
    for (const [step, { kind, tasks }] of Object.entries(recorded[flow] as Record<string, Recorded>)) {
      const whole = ['end', 'join', 'gather'].includes(kind);
      // Of a loop, the last iteration: it comes last.
      const places = new Map(tasks.map((task) => [task.index.join('/'), task]));
      for (const [place, { artifacts }] of places) {
        const files = json<(Artifact & { file: string })[]>(folder(step, place, 'artifacts.json'));
        const own = artifacts.filter((artifact) => whole || artifact.own);
        expect([step, place, sorted(files)]).toEqual([step, place, sorted(own)]);
        for (const { file } of files)
          expect(existsSync(join(workspace.folder, folder(step, place, file)))).toBe(true);
      }
    }
  });

  test('the steps after it can see every split, iteration and artifact of a run', () => {
    for (const [step, { tasks }] of Object.entries(recorded[flow] as Record<string, Recorded>)) {
      const seen = json<{
        tasks: { stack: { index: number }[]; iteration?: number; artifacts: [string, string][] }[];
      }>(folder(step, 'digests.json'));
      const found = seen.tasks.map(({ stack, iteration, artifacts }) => [
        [step, ...stack.map(({ index }) => index), iteration],
        sorted(artifacts.map(([name, digest]) => ({ name, digest }))),
      ]);
      const left = tasks.map(({ index, iteration, artifacts }) => [
        [step, ...index, iteration],
        sorted(artifacts),
      ]);
      expect(found.sort()).toEqual(left.sort());
    }
  });

  test('steps that the run did not reach are not taken, and no others', () => {
    for (const [step, { tasks }] of Object.entries(recorded[flow] as Record<string, Recorded>)) {
      const [, said] = executed.split(`> nx run ${flow}:spin-${step}\n`);
      // A switch chose another case, or a foreach had nothing to split.
      const told = /– not (taken|executed): /.test(said?.split('\n> nx run')[0] ?? '');
      expect([step, told]).toEqual([step, tasks.length === 0]);
      expect(existsSync(join(workspace.folder, folder(step, 'artifacts.json')))).toBe(
        tasks.some(({ index }) => index.length === 0),
      );
    }
  });
});

test('the graphs have steps that are not taken, splits and iterations', () => {
  const tasks = Object.values(known).flatMap((flow) => Object.values(flow).map((step) => step.tasks));
  expect(tasks.filter((count) => count === 0).length).toBeGreaterThan(5);
  expect(Math.max(...tasks)).toBeGreaterThanOrEqual(18);
});

test('executed again, every step of every flow is replayed', async () => {
  const steps = chosen.flatMap(edges).length;
  expect(await spinEnd()).toContain(
    `Nx read the output from the cache instead of running the command for ${steps} out of ${steps} tasks.`,
  );
});
