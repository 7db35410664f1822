/** What became of the tasks of each step of a run. */
import { addRow, noTasks, type StepSummary, unpackSummary } from '../engine/record/step-summaries';
import type { Scope } from './scope';
import type { StepCounts } from './types';

export async function stepCounts({
  store,
  row,
}: Pick<Scope, 'store' | 'row'>): Promise<Map<string, StepCounts>> {
  // What it says of a repaired run is of rows that may be lost.
  const summaries = row.repaired === undefined ? row.summaries : undefined;
  const counts = new Map<string, StepSummary>();
  for (const { name } of row.steps)
    counts.set(
      name,
      unpackSummary(summaries && Object.hasOwn(summaries, name) ? summaries[name] : undefined),
    );
  if (summaries) return counts;
  for await (const task of store.tasks(row.flow, row.run)) {
    const step = counts.get(task.step) ?? noTasks();
    counts.set(task.step, step);
    addRow(step, task);
  }
  return counts;
}
