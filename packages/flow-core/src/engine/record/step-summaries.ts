/** What became of the tasks of each step: an ended run's row says it, so that nobody has to read all of them. */

import type { PackedSummary, TaskRow } from '../../store/rows/rows';
import { labelOf } from '../task/label';

/** The tasks of one step, by their ends. */
export interface StepSummary {
  done: number;
  /** How many of the done tasks failed and were caught. */
  caught: number;
  failed: number;
  /** Were under way when the run ended. */
  running: number;
  /** Milliseconds of all its tasks. */
  totalMs: number;
  /** The smallest number of a task. */
  first: number;
  /** The smallest numbers of tasks that have an error. */
  failures: number[];
}

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

export function packSummary(summary: StepSummary): PackedSummary {
  const { done, caught, failed, running, totalMs, first, failures } = summary;
  return [done, caught, failed, running, Math.round(totalMs * 10) / 10, first, ...failures];
}

/** Of a step without tasks where there is none. */
export function unpackSummary(packed: PackedSummary | undefined): StepSummary {
  const [done = 0, caught = 0, failed = 0, running = 0, totalMs = 0, first = 0, ...failures] = packed ?? [];
  return { done, caught, failed, running, totalMs, first, failures };
}

/** The summaries of a run under way, from the rows that it writes: the last one of each task counts. */
export class StepSummaries {
  readonly #ended = new Map<string, StepSummary>();
  /** The last rows of tasks that have not ended. */
  readonly #underWay = new Map<string, TaskRow>();

  add(row: TaskRow): void {
    if (row.status === 'running') {
      this.#underWay.set(labelOf(row), row);
      return;
    }
    // Of a quick task there is no such row.
    if (this.#underWay.size > 0) this.#underWay.delete(labelOf(row));
    this.#count(row);
  }

  /** When the run ends. */
  all(): Record<string, PackedSummary> {
    for (const row of this.#underWay.values()) this.#count(row);
    this.#underWay.clear();
    return Object.fromEntries([...this.#ended].map(([step, summary]) => [step, packSummary(summary)]));
  }

  #count(row: TaskRow): void {
    const summary = this.#ended.get(row.step) ?? noTasks();
    if (!this.#ended.has(row.step)) this.#ended.set(row.step, summary);
    addRow(summary, row);
  }
}
