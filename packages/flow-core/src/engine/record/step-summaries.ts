/** What became of the tasks of each step: an ended run's row says it, so that nobody has to read all of them. */
import type { StepSummary, TaskRow } from '../../store/rows';

/** Failures that are named. */
const NAMED = 3;

/** Nothing of a step yet. */
export function noTasks(): StepSummary {
  return { done: 0, caught: 0, failed: 0, running: 0, totalMs: 0, first: 0, failures: [] };
}

/** Counts one row in. Rows may come in any order. */
export function addRow(to: StepSummary, { status, task, durationMs = 0, error }: TaskRow): void {
  to[status]++;
  to.totalMs += durationMs;
  if (to.first === 0 || task < to.first) to.first = task;
  if (!error) return;
  if (status === 'done') to.caught++;
  to.failures = [...to.failures, task].sort((a, b) => a - b).slice(0, NAMED);
}

/** The summaries of a run under way, from the rows that it writes: the last one of each task counts. */
export class StepSummaries {
  readonly #ended: Record<string, StepSummary> = {};
  /** The last rows of tasks that have not ended. */
  readonly #underWay = new Map<string, TaskRow>();

  add(row: TaskRow): void {
    const label = `${row.step}/${row.task}`;
    if (row.status === 'running') {
      this.#underWay.set(label, row);
      return;
    }
    this.#underWay.delete(label);
    this.#ended[row.step] ??= noTasks();
    addRow(this.#ended[row.step] as StepSummary, row);
  }

  /** When the run ends. */
  all(): Record<string, StepSummary> {
    for (const row of this.#underWay.values()) {
      this.#ended[row.step] ??= noTasks();
      addRow(this.#ended[row.step] as StepSummary, row);
    }
    this.#underWay.clear();
    return this.#ended;
  }
}
