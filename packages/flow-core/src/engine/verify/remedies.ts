/** What helps against a loss, where the run that had stored it was removed: a run that needs it, if there is one. */
import { isFlowError } from '../../definition/errors';
import { type Kv, scan } from '../../store/kv';
import type { LostRecord, Remedy } from '../../store/lost-records';
import { keys, lastNumber, prefixRange } from '../../store/row-keys';
import { type Needed, neededOf } from '../record/needed';

interface Removed {
  runs: ReadonlySet<number>;
  needed: Needed;
}

/** By the keys of lost records; of those alone whose runs were removed. */
export async function remediesOf(kv: Kv, lost: readonly LostRecord[]): Promise<Map<string, Remedy>> {
  const remedies = new Map<string, Remedy>();
  const flows = new Map<string, Removed | undefined>();
  for (const { key } of lost) {
    const [, flow = '', number, step = '', task] = key.split('/');
    const run = Number(number);
    if (!flows.has(flow)) flows.set(flow, await removedOf(kv, flow));
    const removed = flows.get(flow);
    if (!removed?.runs.has(run)) continue;
    const { needed } = removed;
    const remove = task ? needed.byOf({ run, step, task: Number(task) }) : needed.by(run);
    remedies.set(key, { remove, ...(remove.length > 0 ? { resume: Math.max(...remove) } : {}) });
  }
  return remedies;
}

/** Undefined where the records that say it are damaged, which is told where they stand. */
async function removedOf(kv: Kv, flow: string): Promise<Removed | undefined> {
  try {
    const runs = new Set<number>();
    for await (const [key] of scan(kv, prefixRange(keys.removedRuns(flow)))) runs.add(lastNumber(key));
    return { runs, needed: await neededOf({ kv }, flow, runs, []) };
  } catch (error) {
    if (!isFlowError(error) || error.code !== 'FLOW_STORE_CORRUPT') throw error;
    return undefined;
  }
}
