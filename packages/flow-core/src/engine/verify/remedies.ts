/** What helps against a loss, where the run that had stored it was removed: a run that needs it, if there is one. */
import { isFlowError } from '../../definition/errors';
import { type Kv, scan } from '../../store/kv';
import type { LostRecord, Remedy } from '../../store/lost-records';
import { keys, lastNumber, prefixRange } from '../../store/row-keys';
import { type Needed, neededOf } from '../record/needed';

/** By the keys of lost records; of those alone whose runs were removed. */
export async function remediesOf(kv: Kv, lost: readonly LostRecord[]): Promise<Map<string, Remedy>> {
  const remedies = new Map<string, Remedy>();
  const runs = new Map<string, ReadonlySet<number>>();
  const needs = new Map<string, Needed | undefined>();
  for (const { key } of lost) {
    const [, flow = '', number, step = '', task] = key.split('/');
    const run = Number(number);
    const removed = runs.get(flow) ?? (await removedRuns(kv, flow));
    runs.set(flow, removed);
    if (!removed.has(run)) continue;
    if (!needs.has(flow)) needs.set(flow, await unlessDamaged(() => neededOf({ kv }, flow, removed, [])));
    const needed = needs.get(flow);
    if (!needed) continue;
    const remove = task ? needed.byOf({ run, step, task: Number(task) }) : needed.by(run);
    remedies.set(key, { remove, ...(remove.length > 0 ? { resume: Math.max(...remove) } : {}) });
  }
  return remedies;
}

async function removedRuns(kv: Kv, flow: string): Promise<ReadonlySet<number>> {
  const runs = new Set<number>();
  await unlessDamaged(async () => {
    for await (const [key] of scan(kv, prefixRange(keys.removedRuns(flow)))) runs.add(lastNumber(key));
  });
  return runs;
}

/** Undefined where a record is damaged, which is told where it stands. */
async function unlessDamaged<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (!isFlowError(error) || error.code !== 'FLOW_STORE_CORRUPT') throw error;
    return undefined;
  }
}
