/** The run, step or tasks that a reading command is asked about. */
import { FlowError, suggest } from '../definition/errors';
import { latestRun, requireRun } from '../engine/record/find-run';
import type { Pathspec } from '../store/pathspec';
import type { RunRow, TaskRow } from '../store/rows';
import type { Store } from '../store/store';
import type { Recorded } from './reading';

/** The run of a pathspec; without one, the newest of the namespace. @throws FlowError FLOW_RUN_NOT_FOUND */
export function runOf({ store, flow, namespace }: Recorded, { run }: Pathspec): Promise<RunRow> {
  return run === undefined ? latestRun(store, flow, namespace) : requireRun(store, flow, run);
}

/** @throws FlowError FLOW_STEP_NOT_FOUND */
export function requireRunStep(run: RunRow, step: string): void {
  const names = run.steps.map(({ name }) => name);
  if (!names.includes(step)) {
    throw new FlowError(
      'FLOW_STEP_NOT_FOUND',
      `There is no step "${step}" in ${run.flow}/${run.run}. ${suggest(step, names)}`,
    );
  }
}

/** One task: the one named, or the only or first one of the step. @throws FlowError FLOW_TASK_NOT_FOUND */
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
  const where = `${run.flow}/${run.run}/${spec.step}`;
  throw new FlowError(
    'FLOW_TASK_NOT_FOUND',
    spec.task === undefined
      ? `${where} has no task: the run did not reach that step.`
      : `There is no task ${where}/${spec.task}. ${count > 0 ? `Its tasks: ${rows.map(({ task }) => task).join(', ')}${count > rows.length ? ', …' : ''}.` : 'That step has none there.'}`,
  );
}
