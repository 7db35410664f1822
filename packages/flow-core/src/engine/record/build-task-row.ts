/**
 * Builds the row of a task (`TaskRow` of `store/rows/rows.ts`): here alone,
 * for a run, a resumed run, a persisted spin, a hand-over and an export.
 */
import type { StepNode } from '../../definition/graph';
import type { ErrorRecord, TaskRow, TaskStatus } from '../../store/rows/rows';
import type { Planned } from '../task/place';
import type { TaskResult } from '../task/task';

/** Where a task stands, and which attempt it is. */
export interface TaskAt extends Omit<Planned, 'step'> {
  task: number;
  attempt: number;
  /** The attempts that failed before. */
  attempts?: TaskRow['attempts'];
}

export interface TaskTime {
  startedAt: number;
  durationMs?: number;
}

/** A task that has no result: under way, or failed. */
export function taskRow(node: StepNode, at: TaskAt, status: TaskStatus, time: TaskTime): TaskRow {
  const { task, attempt, attempts = [], parents, base, branches, stack, iteration } = at;
  const { startedAt, durationMs } = time;
  const { name: step, kind } = node;
  const row: TaskRow = {
    step,
    task,
    kind,
    status,
    attempt,
    parents,
    stack,
    startedAt,
    stored: [],
    inherited: {},
  };
  // A run builds one for each of its tasks: spreads would cost more than the rest of it.
  if (attempts.length > 0) row.attempts = attempts;
  if (base !== undefined) row.base = base;
  if (branches) row.branches = branches;
  if (iteration !== undefined) row.iteration = iteration;
  if (durationMs !== undefined) row.durationMs = Math.round(durationMs * 1000) / 1000;
  return row;
}

/**
 * Gives a row what the task's body came to.
 * @param inherited What it passes on by reference: name to the task that stored it.
 * @param caught The error of a step that catches: what its body read before it threw is not known.
 */
export function withResult(
  whole: TaskRow,
  node: StepNode,
  result: TaskResult,
  inherited: Record<string, string>,
  caught?: ErrorRecord,
): TaskRow {
  const { counts, items } = result;
  whole.stored = result.stored.map(([name]) => name);
  whole.inherited = inherited;
  if (!caught) whole.reads = result.reads;
  if (Object.keys(counts).length > 0) whole.counts = counts;
  if (items && Object.keys(items).length > 0) whole.items = items;
  if (node.options.drop) whole.dropped = [...node.options.drop];
  if (result.case !== undefined) whole.case = result.case;
  if (result.continues !== undefined) whole.continues = result.continues;
  if (caught) whole.error = caught;
  return whole;
}

/**
 * A finished task of another run, which stands for a task of this one: it stores nothing, and all that it shows is
 * passed on from where it lies. What it read, and what it decided, is what the other one did.
 * @param origin the task that executed, as `run/step/task`
 */
export function takenOverRow(
  row: TaskRow,
  {
    task,
    parents,
    base,
    branches,
    stack,
    iteration,
  }: Pick<TaskAt, 'task' | 'parents' | 'base' | 'branches' | 'stack' | 'iteration'>,
  inherited: Record<string, string>,
  origin: string,
): TaskRow {
  // One for each task that is taken over: more spreads would cost more than the rest of it.
  const taken: TaskRow = { ...row, task, parents, stack, stored: [], inherited, origin };
  if (base !== undefined) taken.base = base;
  if (branches) taken.branches = branches;
  if (iteration !== undefined) taken.iteration = iteration;
  if (taken.unlike) delete taken.unlike;
  return taken;
}

/** The row with other labels, for a place where its tasks have other numbers. */
export function relabelledRow(row: TaskRow, relabel: (label: string) => string): TaskRow {
  return {
    ...row,
    parents: row.parents.map(relabel),
    ...(row.base === undefined ? {} : { base: relabel(row.base) }),
    stack: row.stack.map((frame) => ({ ...frame, shownBy: relabel(frame.shownBy) })),
    inherited: Object.fromEntries(Object.entries(row.inherited).map(([name, at]) => [name, relabel(at)])),
  };
}
