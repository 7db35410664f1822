/** What a repair of the store found lost of tasks that a run took over from others. */
import { type LostRecord, lostOfRun } from '../../store/rows/lost-records';
import type { RunRow } from '../../store/rows/rows';
import type { Store } from '../../store/store';
import { labelOf } from '../task/label';
import type { StandIns } from './stand-ins';

export interface TakenLost {
  lost: LostRecord;
  /** The run's own task that stands for the one that lost it: `each/3`. */
  label: string;
}

export async function takenLost(
  { kv }: Pick<Store, 'kv'>,
  { flow }: Pick<RunRow, 'flow'>,
  standIns: StandIns,
): Promise<TakenLost[]> {
  const found: TakenLost[] = [];
  for (const run of standIns.runs())
    for (const lost of await lostOfRun(kv, flow, run)) {
      const [, , , step = '', task] = lost.key.split('/');
      const own = standIns.of(run, step).get(Number(task))?.own;
      if (own !== undefined && task) found.push({ lost, label: labelOf({ step, task: own }) });
    }
  return found;
}
