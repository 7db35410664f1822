/**
 * Whether what tasks of a run showed was recorded by a run that was imported, however many runs have taken the tasks over since: it may
 * be anybody's. A run that was removed cannot be asked any more, and counts as one.
 */
import type { RunRow } from '../../store/rows/rows';
import type { Store } from '../../store/store';
import { taskOf } from '../task/label';
import { refersToOthers } from './refers';

/** @param task undefined means what all tasks of the step show together */
export async function isOthers(store: Store, run: RunRow, step: string, task?: number): Promise<boolean> {
  if (run.imported) return true;
  if (!refersToOthers(run)) return false;
  for (const other of await runsOf(store, run, step, task)) {
    const row = await store.run(run.flow, other);
    if (!row || row.imported) return true;
  }
  return false;
}

/** The other runs that executed them. */
async function runsOf(
  store: Store,
  { flow, run }: RunRow,
  step: string,
  task?: number,
): Promise<Set<number>> {
  const runs = new Set<number>();
  const add = (origin: string | undefined) => origin !== undefined && runs.add(taskOf(run, origin).run);
  if (task !== undefined) add((await store.task(flow, run, step, task))?.origin);
  else for await (const { origin } of store.tasks(flow, run, step)) add(origin);
  return runs;
}
