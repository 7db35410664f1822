/**
 * Records of which no other one speaks are written with a twin, under a key far away: one that is lost alone is missed. They are the
 * row of a run, its place in the index of its namespace, its code and its tags. Stores have records from before there were twins: without
 * one, nothing is said.
 */
import type { Entry, Kv, Op, RangeQuery } from './kv';
import { keys } from './row-keys';

/** @param value what the twin says of the record. That of a tag says all of it, so that a repair brings it back */
export const withTwin = (op: Op, value = op.value): Op[] => [op, { key: keys.twin(op.key), value }];

/** The key of the record whose twin has this key. */
export const twinOf = (key: string): string => key.slice(keys.twin('').length);

const hasTwin = (key: string) => /^(code|namespace|run|tag)\//.test(key);

/** Those of some records that are lost alone. They may be written or removed meanwhile: both are looked up at once. */
export async function lostAlone(kv: Pick<Kv, 'getMany'>, wanted: readonly string[]): Promise<string[]> {
  const some = wanted.filter(hasTwin);
  if (some.length === 0) return [];
  const found = await kv.getMany(some.flatMap((key) => [key, keys.twin(key)]));
  return some.filter((_, i) => found[2 * i] === undefined && found[2 * i + 1] !== undefined);
}

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
