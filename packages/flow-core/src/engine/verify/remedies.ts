/** What helps against a loss, where the run that had stored it was removed: a run that needs it, if there is one. */
import { isFlowError } from '../../definition/errors';
import { type Kv, scan } from '../../store/kv/kv';
import { keys, lastNumber, prefixRange } from '../../store/kv/row-keys';
import type { LostRecord, Remedy } from '../../store/rows/lost-records';
import { type Needed, neededOf } from '../record/needed';

/** By the keys of lost records; of those alone whose runs were removed, or that other runs need. */
export async function remediesOf(kv: Kv, lost: readonly LostRecord[]): Promise<Map<string, Remedy>> {
  const remedies = new Map<string, Remedy>();
  for (const flow of new Set(lost.map(({ key }) => flowOf(key)))) {
    const records = lost.filter(({ key }) => flowOf(key) === flow);
    const removed = await removedRuns(kv, flow);
    const there = new Set(records.map(({ key }) => runOf(key)).filter((run) => !removed.has(run)));
    const all = new Set([...removed, ...there]);
    const needed = await unlessDamaged(() => neededOf({ kv }, flow, all, there));
    for (const { key } of needed ? records : []) {
      const remedy = remedyOf(key, needed as Needed, there.has(runOf(key)));
      if (remedy) remedies.set(key, remedy);
    }
  }
  return remedies;
}

function remedyOf(key: string, needed: Needed, isThere: boolean): Remedy | undefined {
  const [, , , step = '', task] = key.split('/');
  const run = runOf(key);
  const by = task ? needed.byOf({ run, step, task: Number(task) }) : needed.by(run);
  if (isThere) return by.length === 0 ? undefined : { resume: run, remove: [run, ...by] };
  return { remove: by, ...(by.length > 0 ? { resume: Math.max(...by) } : {}) };
}

const flowOf = (key: string) => key.split('/')[1] as string;
const runOf = (key: string) => Number(key.split('/')[2]);

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
