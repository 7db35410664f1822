/** Finds the run, step or tasks that a reading command is about. */
import { latestRun, requireRun } from '../engine/record/find-run';
import { noTask, noTasks, requireStepIn } from '../engine/task/not-found';
import type { Pathspec } from '../store/pathspec';
import type { RunRow, TaskRow } from '../store/rows';
import type { Store } from '../store/store';
import type { Recorded } from './reading';

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
  if (spec.task !== undefined) {
    const row = await store.task(run.flow, run.run, spec.step, spec.task);
    if (row) return { row, others: 0 };
  }
  const rows: TaskRow[] = [];
  let count = 0;
  for await (const row of store.tasks(run.flow, run.run, spec.step)) {
    if (rows.length < 6) rows.push(row);
    count++;
  }
  const first = rows[0];
  if (spec.task === undefined && first) return { row: first, others: count - 1 };
  if (spec.task === undefined) throw noTasks(`${run.flow}/${run.run}/${spec.step}`);
  const asked = { flow: run.flow, run: run.run, step: spec.step, task: spec.task };
  throw noTask(
    asked,
    rows.map(({ task }) => task),
  );
}
