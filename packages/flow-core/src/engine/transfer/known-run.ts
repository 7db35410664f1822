/** The run of a file in a store that it is imported into. */
import { fromJson } from '../../store/json';
import { keys } from '../../store/row-keys';
import type { RunRow } from '../../store/rows';
import type { Store } from '../../store/store';
import type { Head } from './format';

/** The run of a file, if this store has it already: imported into this namespace, or run here. */
export async function knownRun(store: Store, head: Head, namespace: string): Promise<RunRow | undefined> {
  const { flow, run, startedAt, pid, host, namespace: original } = head.run;
  const claimed = await store.kv.get(keys.nonce(flow, nonceOf(head, namespace)));
  if (claimed) {
    const row = await wholeRun(store, flow, Number(Buffer.from(claimed).toString('latin1')));
    if (row) return row;
  }
  if (original !== namespace) return undefined;
  const native = await wholeRun(store, flow, run);
  if (!native || native.imported !== undefined) return undefined;
  return native.startedAt === startedAt && native.pid === pid && native.host === host ? native : undefined;
}

/** Undefined also for a run of which a repair found something lost: it is imported again. */
async function wholeRun(store: Store, flow: string, run: number): Promise<RunRow | undefined> {
  const row = fromJson<RunRow>(await store.kv.get(keys.run(flow, run)));
  return row && row.repaired === undefined ? store.run(flow, run) : undefined;
}

/** By which an import takes its number. */
export const nonceOf = ({ id }: Head, namespace: string) => `import/${id}/${namespace}`;
