/** What a resumed run has to execute again, since a repair of the store found it lost: of the origin, or of what it took over. */

import { keys, lastNumber } from '../../store/kv/row-keys';
import { type LostRecord, lostRecords, nameOfLost } from '../../store/rows/lost-records';
import type { RunRow } from '../../store/rows/rows';
import type { Store } from '../../store/store';
import type { StandIns } from '../record/stand-ins';
import { takenLost } from '../record/taken-lost';
import { stepOf } from '../task/label';

export interface LostTasks {
  /** Tasks of the origin that have lost artifacts: `each/3`. */
  tasks: ReadonlySet<string>;
  /** What is lost, by step. */
  steps: ReadonlyMap<string, readonly string[]>;
  /** Names of parameters. */
  params: ReadonlySet<string>;
}

/** Undefined where nothing is lost that a run could make again. */
export async function lostTasks(
  store: Store,
  origin: RunRow,
  standIns: StandIns,
): Promise<LostTasks | undefined> {
  const tasks = new Set<string>();
  const params = new Set<string>();
  const steps = new Map<string, string[]>();
  const note = (step: string, lost: LostRecord) =>
    steps.set(step, [...(steps.get(step) ?? []), nameOfLost(lost)]);
  for (const lost of await lostRecords(store.kv, origin)) {
    const [kind, , , step, task, name] = lost.key.split('/');
    if (!isNeeded(store, lost) || step === undefined) continue;
    if (keys.isParam(lost.key)) params.add(decodeURIComponent(name ?? ''));
    else {
      if (kind === 'artifact' && task) tasks.add(`${step}/${lastNumber(task)}`);
      note(step, lost);
    }
  }
  for (const { lost, label } of await takenLost(store, origin, standIns)) {
    if (!isNeeded(store, lost)) continue;
    tasks.add(label);
    note(stepOf(label), lost);
  }
  return tasks.size + params.size + steps.size === 0 ? undefined : { tasks, steps, params };
}

/** Nothing else needs a log, or a file that was stored again. */
function isNeeded(store: Store, { key, hash }: LostRecord): boolean {
  return /^(artifact|task)\//.test(key) && !(hash !== undefined && store.cas.has(hash));
}
