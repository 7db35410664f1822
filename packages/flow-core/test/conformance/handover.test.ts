/** A flow executed step by step, each in a folder of its own, is the same flow: on every graph, and on random ones. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseParams } from '../../src/definition/params';
import { DIGESTS_FILE, HANDED_FILE, type Handed, type StepDigests } from '../../src/engine/handover/layout';
import { Draft, executeStep } from '../../src/engine/handover/step';
import { recordedViews } from '../../src/engine/record/views';
import { stepFolder } from '../../src/environment/output-folders';
import { FileCas } from '../../src/store/cas/cas';
import { Bench, labelOf, placeOf, type RunSettings } from './bench';
import { keyOf } from './body';
import { GRAPHS } from './graphs';
import type { Program } from './program';
import { everyProgram, RUNS } from './random';
import { ShuffledPool } from './shuffled-pool';

/** Thousands of small folders come and go: on a disk, that is half of what the system does for this file. */
const MEMORY = '/dev/shm';
const place = existsSync(MEMORY) ? MEMORY : tmpdir();

const workspaces: string[] = [];
afterAll(() => {
  for (const folder of workspaces) rmSync(folder, { recursive: true, force: true });
});
function workspace(): string {
  const folder = mkdtempSync(join(place, 'nx-flow-handover-'));
  workspaces.push(folder);
  return folder;
}

/** Every step of a program, parents first, each on the folders of those before it. */
async function executeAll(bench: Bench, folder: string, shuffle: number, settings: RunSettings = {}) {
  const order = [...bench.graph(settings).steps.keys()];
  for (const step of order) {
    const graph = bench.graph(settings);
    const draft = new Draft(folder);
    try {
      const { outcome } = await executeStep(
        {
          graph,
          step,
          workspace: folder,
          params: parseParams(graph, settings.params ?? {}),
          paramsDigest: '',
          user: 'tester',
          namespace: 'user:tester',
          workers: 1,
          emit: () => {},
          pool: (host) => new ShuffledPool(graph, new FileCas(draft.cas), host, shuffle),
        },
        draft,
      );
      expect({ [step]: outcome.error?.message }).toEqual({ [step]: undefined });
    } finally {
      draft.remove();
    }
  }
}

function read<T>(folder: string, { name }: Program, step: string, file: string): T {
  return JSON.parse(readFileSync(join(stepFolder(folder, name, step), file), 'utf8'));
}

/** What each task leaves behind, by its place, as a run recorded it and as it was handed over. */
async function expectTheSame(bench: Bench, folder: string, settings: RunSettings): Promise<void> {
  const { program } = bench;
  const run = await bench.run(settings);
  expect(run.row.error?.message).toBeUndefined();
  const rows = [...run.tasks.values()];
  const views = await recordedViews(bench.store, program.name, run.run, rows.map(labelOf));
  const recorded = new Map(
    rows.map((row) => [
      placeOf(row),
      [...(views.get(labelOf(row))?.entries ?? [])].map(([name, { digest }]) => [name, digest]),
    ]),
  );
  const handed = new Map<string, [string, string][]>();
  for (const { name } of program.specs) {
    const seen = read<StepDigests>(folder, program, name, DIGESTS_FILE);
    expect(seen.chosen).toBe(rows.some(({ step }) => step === name) || seen.empty !== undefined);
    for (const { stack, iteration, artifacts } of seen.tasks) {
      const indices = stack.map(({ index }) => index);
      handed.set(keyOf(name, indices, iteration), artifacts);
    }
  }
  expect(Object.fromEntries(handed)).toEqual(Object.fromEntries(recorded));
}

test.each(Object.entries(GRAPHS))('%s: step by step as in one run', async (_, program) => {
  const bench = new Bench(program);
  const folder = workspace();
  await executeAll(bench, folder, 1);
  await expectTheSame(bench, folder, {});
});

test('what can be seen of a step is the same file, whatever finished first', async () => {
  for (const program of [GRAPHS['mixture of sixteen steps'], GRAPHS['recursion in foreach']] as Program[]) {
    const bench = new Bench(program);
    const texts = [];
    for (const shuffle of [1, 2, 3]) {
      const folder = workspace();
      await executeAll(bench, folder, shuffle);
      texts.push(program.specs.map(({ name }) => JSON.stringify(read(folder, program, name, DIGESTS_FILE))));
    }
    expect(texts[1]).toEqual(texts[0]);
    expect(texts[2]).toEqual(texts[0]);
  }
});

test('what stood before a foreach over nothing is seen of the steps inside of it: the join reads that', async () => {
  const program = GRAPHS['foreach over nothing'] as Program;
  const bench = new Bench(program);
  const steps = [...bench.graph().steps.keys()];
  const seen = async (seed: number) => {
    const folder = workspace();
    await executeAll(bench, folder, 1, { params: { seed } });
    return steps
      .map((step) => read<StepDigests>(folder, program, step, DIGESTS_FILE))
      .filter(({ tasks }) => tasks.length === 0);
  };
  const [one, other] = [await seen(1), await seen(2)];
  expect(one.length).toBeGreaterThan(2);
  for (const [i, { chosen, empty }] of one.entries()) {
    expect(chosen).toBe(true);
    expect(empty?.[0]?.artifacts.length).toBeGreaterThan(0);
    expect(empty).not.toEqual(other[i]?.empty);
  }
});

test('large artifacts travel as files, and only the step that made one holds it', async () => {
  const program = GRAPHS['foreach of twelve'] as Program;
  const bench = new Bench(program);
  const folder = workspace();
  const settings: RunSettings = {
    hooks: { extra: (_, { kind }) => (kind === 'start' ? { large: 'x'.repeat(100_000) } : {}) },
  };
  await executeAll(bench, folder, 5, settings);
  await expectTheSame(bench, folder, settings);
  const holding = program.specs.filter(({ name }) =>
    read<Handed>(folder, program, name, HANDED_FILE).tasks.some(({ artifacts }) =>
      artifacts.some(([, { hash }]) => hash !== undefined),
    ),
  );
  expect(holding.map(({ name }) => name)).toEqual(['start']);
});

test('a random graph, step by step', () =>
  everyProgram(
    async ({ program, draw }) => {
      const bench = new Bench(program);
      const folder = workspace();
      await executeAll(bench, folder, draw);
      await expectTheSame(bench, folder, {});
      rmSync(folder, { recursive: true, force: true });
    },
    Math.ceil(RUNS / 5),
  ));
