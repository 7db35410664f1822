/** The tasks of a run that one resumed from it executes again, whatever is left of what they stored. */
import { labelOf } from '../task/label';
import type { LostTasks } from './lost-tasks';
import { isExecuted, parentsOf, reachedSteps, readOf, type TakeoverOptions } from './takeover';

export interface Resumed extends Omit<TakeoverOptions, 'lost'> {
  /** What is known to be lost is executed again, too. */
  lost: LostTasks | undefined;
}

/** Their labels. Reads all tasks of the run, again where a loop leads back. */
export async function executedTasks(resumed: Resumed): Promise<ReadonlySet<string>> {
  const { store, origin, changed, lost } = resumed;
  // What is executed as a whole is asked for by nobody.
  const steps = reachedSteps(resumed).filter((step) => !isExecuted(resumed, step));
  const executed = new Set<string>();
  for (let before = -1; executed.size > before; ) {
    before = executed.size;
    for (const step of steps)
      for await (const row of store.tasks(origin.flow, origin.run, step)) {
        const label = labelOf(row);
        const isAgain = row.status !== 'done' || lost?.tasks.has(label);
        if (isAgain || readOf(row, changed).length > 0 || parentsOf(row).some((one) => executed.has(one)))
          executed.add(label);
      }
  }
  return executed;
}
