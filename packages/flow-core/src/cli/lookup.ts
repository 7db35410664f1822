/** Finds the run, step or tasks that a reading command is about. */
import { latestRun, requireRun } from '../engine/record/find-run';
import { noTask, noTasks, requireStepIn } from '../engine/task/not-found';
import type { Pathspec } from '../store/pathspec';
import type { RunRow, TaskRow } from '../store/rows';
import type { Store } from '../store/store';
import type { Recorded } from './reading';

/** How many tasks a sentence can be about: one more than it names. */
const NAMED = 6;

/** The run of a pathspec, by default the newest of the namespace. @throws FlowError FLOW_RUN_NOT_FOUND */
export function runOf({ store, flow, namespace }: Recorded, { run }: Pathspec): Promise<RunRow> {
  return run === undefined ? latestRun(store, flow, namespace) : requireRun(store, flow, run);
}

/** @throws FlowError FLOW_STEP_NOT_FOUND */
export function requireRunStep(run: RunRow, step: string): void {
  requireStepIn(
    `${run.flow}/${run.run}`,
    run.steps.map(({ name }) => name),
    step,
  );
}

/** The named task, or else the first one of the step. @throws FlowError FLOW_TASK_NOT_FOUND */
export async function taskOf(
  store: Store,
  run: RunRow,
  spec: Pathspec & { step: string },
): Promise<{ row: TaskRow; others: number }> {
  requireRunStep(run, spec.step);
  const { step, task } = spec;
  if (task === undefined) {
    const first = await store.firstTask(run.flow, run.run, step);
    if (!first) throw noTasks(`${run.flow}/${run.run}/${step}`);
    return { row: first, others: (await countTasks(store, run, step)) - 1 };
  }
  const row = await store.task(run.flow, run.run, step, task);
  if (row) return { row, others: 0 };
  const there: number[] = [];
  for await (const other of store.tasks(run.flow, run.run, step)) if (there.push(other.task) === NAMED) break;
  throw noTask({ flow: run.flow, run: run.run, step, task }, there);
}

/** A run that has ended knows how many there are. */
async function countTasks(store: Store, { flow, run, contents }: RunRow, step: string): Promise<number> {
  if (contents) return contents[step]?.task?.[0] ?? 1;
  let count = 0;
  for await (const _ of store.tasks(flow, run, step)) count++;
  return count;
}
