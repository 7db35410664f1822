/** Reads records together with their twins: see `twins.ts`. */
import type { Entry, Kv, RangeQuery } from '../kv/kv';
import { isTwin, lostAlone, twinOf } from './twins';

/** Reads records of one kind, and misses those that are lost alone. */
export function missing(kv: Kv): Pick<Kv, 'range'> {
  return {
    async range(query: RangeQuery): Promise<Entry[]> {
      const found = await kv.range({ ...query, twins: true });
      const end = found.findIndex(([key]) => isTwin(key));
      if (end < 0) return found;
      const entries = found.slice(0, end);
      await requireAll(kv, entries, found.slice(end));
      return entries;
    },
  };
}

/** @throws FlowError FLOW_STORE_CORRUPT where a record is not there whose twin is */
export async function requireAll(kv: Kv, entries: readonly Entry[], twins: readonly Entry[]): Promise<void> {
  if (twins.length === 0) return;
  const found = new Set(entries.map(([key]) => key));
  const [lost] = await lostAlone(
    kv,
    twins.map(([key]) => twinOf(key)).filter((key) => !found.has(key)),
  );
  if (lost !== undefined) throw (await import('./lost-records')).notThere(lost);
}
