/** nx-flow diff: the differences between two runs, a step of two runs, or two tasks. */
import { FlowError } from '../../definition/errors';
import { diffParams, diffSteps, diffTasks, type StepDiff } from '../../engine/explain/diff';
import { latestRun } from '../../engine/record/find-run';
import { Tasks } from '../../engine/record/task-index';
import type { Pathspec } from '../../store/pathspec';
import type { RunRow, TaskRow } from '../../store/rows/rows';
import type { Command } from '../command';
import { diffJson } from '../json/diff';
import { requireRunStep, runOf, taskOf } from '../lookup';
import { VALUES } from '../options';
import { type Recorded, reading, valuesOf } from '../reading';
import { renderDiff } from '../render/diff';

export const command: Command = {
  spec: {
    name: 'diff',
    help: 'Compare two runs, a step of two runs, or two tasks: parameters, code, artifacts, times',
    positionals: ['<flow>', '[run | run/step | run/step/task]', '[run | run/step | run/step/task]'],
    options: VALUES,
    families: [],
    examples: [
      'nx-flow diff movies',
      'nx-flow diff movies 13',
      'nx-flow diff movies 12 13',
      'nx-flow diff movies 12/genre/3 13/genre/3 --values',
    ],
  },

  execute(context) {
    const { output } = context;
    const values = context.options.values === true;
    return reading(context, 2, async (recorded) => {
      const { store } = recorded;
      const compared = await comparedOf(recorded, context.options.namespace !== undefined);
      const [before, after] = await Promise.all(
        compared.runs.map(async (run) => ({ ...run, tags: await store.tags(run) })),
      );
      const runs = { before: before as RunRow, after: after as RunRow };
      const tasks = await tasksOf(recorded, compared);
      if (tasks) {
        const [old, now] = [
          { run: runs.before, row: tasks.before },
          { run: runs.after, row: tasks.after },
        ];
        const artifacts = await diffTasks(store, old, now);
        if (values) {
          const { addDifferences } = await import('../../engine/explain/differences');
          await addDifferences(store, old, now, artifacts, valuesOf(recorded));
        }
        output.write(renderDiff.tasks(runs, tasks, artifacts, store.cas, output));
        output.result(diffJson.tasks(runs, tasks, artifacts, store.cas));
        return;
      }
      if (compared.step !== undefined) requireStepOfEither(runs, compared.step);
      const params = await diffParams(store, runs.before, runs.after);
      const steps: StepDiff[] = [];
      for await (const step of diffSteps(store, runs.before, runs.after, compared.step)) steps.push(step);
      if (values) {
        const { addDifferencesOfSteps } = await import('../../engine/explain/differences');
        await addDifferencesOfSteps(store, runs, steps, valuesOf(recorded));
      }
      output.write(renderDiff.runs(runs, params, steps, store.cas, output));
      output.result(diffJson.runs(runs, params, steps, store.cas));
    });
  },
};

interface Compared {
  /** The earlier run, then the later one. */
  runs: RunRow[];
  step: string | undefined;
  specs: (Pathspec | undefined)[];
}

/**
 * Two pathspecs: the earlier, the later. One is compared with the run before it. None: the two newest runs.
 * @throws FlowError FLOW_USAGE, FLOW_RUN_NOT_FOUND
 */
async function comparedOf(recorded: Recorded, namespaceGiven: boolean): Promise<Compared> {
  const [first, second] = recorded.specs;
  if (first && second) {
    const steps = [first, second].flatMap(({ step }) => (step === undefined ? [] : [step]));
    if (steps[1] !== undefined && steps[0] !== steps[1])
      throw new FlowError(
        'FLOW_USAGE',
        `"${steps[0]}" and "${steps[1]}" are two steps: compare one with itself.`,
      );
    if ((first.run ?? second.run) === undefined)
      throw new FlowError('FLOW_USAGE', 'Which runs? Give two, as in: nx-flow diff movies 12 13.');
    const runs = [await runOf(recorded, first), await runOf(recorded, second)];
    return { runs, step: steps[0], specs: [first, second] };
  }
  const { store, flow, namespace } = recorded;
  const after = await (first ? runOf(recorded, first) : latestRun(store, flow, namespace));
  const within = namespaceGiven || first?.run === undefined ? namespace : after.namespace;
  for await (const before of store.runs(flow, within, after.run))
    return { runs: [before, after], step: first?.step, specs: [undefined, first] };
  const where = within === undefined ? '' : ` in the namespace ${within}`;
  throw new FlowError(
    'FLOW_RUN_NOT_FOUND',
    `There is no run before ${flow}/${after.run}${where} to compare it with: name two runs, or run ${flow} once more.`,
  );
}

export interface TaskPair {
  before: TaskRow;
  after: TaskRow;
}

/** The named task and the task at the same place of the other run. @throws FlowError FLOW_TASK_NOT_FOUND */
async function tasksOf(recorded: Recorded, { runs, specs, step }: Compared): Promise<TaskPair | undefined> {
  const { store, flow } = recorded;
  if (step === undefined || specs.every((spec) => spec?.task === undefined)) return undefined;
  const named = await Promise.all(
    runs.map(async (run, i) => {
      const task = specs[i]?.task;
      return task === undefined ? undefined : (await taskOf(store, run, { step, task })).row;
    }),
  );
  const place = (named[0] ?? named[1]) as TaskRow;
  const found = await Promise.all(
    runs.map(async (run, i) => {
      const index = place.stack.map((frame) => frame.index);
      const row = named[i] ?? (await new Tasks(store).find(flow, run.run, step, index, sameIteration(place)));
      if (row) return row;
      const at = [...index.map((n) => `split ${n}`), ...iterationText(place)].join(', ');
      const where = at === '' ? '' : ` (${at})`;
      const other = runs[1 - i] as RunRow;
      throw new FlowError(
        'FLOW_TASK_NOT_FOUND',
        `${flow}/${run.run} has no task in the place of ${flow}/${other.run}/${step}/${place.task}${where}.`,
      );
    }),
  );
  return { before: found[0] as TaskRow, after: found[1] as TaskRow };
}

const sameIteration = (place: TaskRow) => (row: TaskRow) => row.iteration === place.iteration;
const iterationText = ({ iteration }: TaskRow) => (iteration === undefined ? [] : [`iteration ${iteration}`]);

/** @throws FlowError FLOW_STEP_NOT_FOUND */
function requireStepOfEither({ before, after }: { before: RunRow; after: RunRow }, step: string): void {
  if (!before.steps.some(({ name }) => name === step)) requireRunStep(after, step);
}
