/** The run of a file in a store that it is imported into. */
import { importNonce } from '../../store/imports';
import { keys } from '../../store/kv/row-keys';
import { fromJson } from '../../store/rows/json';
import type { RunRow } from '../../store/rows/rows';
import type { Store } from '../../store/store';
import type { Head } from './format';
import { unlessDamaged } from './unless-damaged';

/** The run of a file, if this store has it already: imported into this namespace, or run here. */
export async function knownRun(store: Store, head: Head, namespace: string): Promise<RunRow | undefined> {
  const { flow, run, startedAt, pid, host, namespace: original } = head.run;
  const claimed = await store.kv.get(keys.nonce(flow, importNonce(head, namespace)));
  if (claimed) {
    const row = await wholeRun(store, flow, Number(Buffer.from(claimed).toString('latin1')));
    if (row) return row;
  }
  if (original !== namespace) return undefined;
  const native = await wholeRun(store, flow, run);
  if (!native || native.imported !== undefined) return undefined;
  return native.startedAt === startedAt && native.pid === pid && native.host === host ? native : undefined;
}

/** Undefined also for a run whose row is damaged, or of which a repair found something lost: it is imported again. */
async function wholeRun(store: Store, flow: string, run: number): Promise<RunRow | undefined> {
  const row = await rowOf(store, flow, run);
  return row && !(await isRepaired(store, row)) ? store.run(flow, run) : undefined;
}

/** Also where something of a run that it took tasks over from was lost: its own row says nothing of that. */
async function isRepaired(store: Store, { flow, origin, repaired, imported }: RunRow): Promise<boolean> {
  if (repaired !== undefined) return true;
  if (origin === undefined || imported) return false;
  const before = await rowOf(store, flow, origin);
  return before !== undefined && isRepaired(store, before);
}

async function rowOf(store: Store, flow: string, run: number): Promise<RunRow | undefined> {
  return fromJson<RunRow>(await unlessDamaged(store.kv.get(keys.run(flow, run))));
}
