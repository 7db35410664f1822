/** Reads records together with their twins: see `twins.ts`. */
import type { Entry, Kv, RangeQuery } from '../kv/kv';
import { keys } from '../kv/row-keys';
import { lostAlone, twinOf } from './twins';

/**
 * Reads records of one kind, and misses those that are lost alone.
 * @param source where the records are read, if it is not the database itself
 */
export function missing(kv: Kv, source: Pick<Kv, 'range'> = kv): Pick<Kv, 'range'> {
  return {
    async range(query: RangeQuery): Promise<Entry[]> {
      const { gte, lt, reverse, limit } = query;
      const order = reverse === undefined ? {} : { reverse };
      const [entries, twins] = await Promise.all([
        source.range(query),
        kv.range({ gte: keys.twin(gte), lt: keys.twin(lt), limit, ...order }),
      ]);
      await requireAll(kv, entries, twins);
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
