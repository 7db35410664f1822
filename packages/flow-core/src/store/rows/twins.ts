/**
 * Records of which no other one speaks are written with a twin, under a key far away: one that is lost alone is missed. They are the
 * row of a run, its place in the index of its namespace, its code and its tags. Stores have records from before there were twins: without
 * one, nothing is said.
 */
import type { Kv, Op } from '../kv/kv';
import { keys } from '../kv/row-keys';

/** @param value what the twin says of the record. That of a tag says all of it, so that a repair brings it back */
export const withTwin = (op: Op, value = op.value): Op[] => [op, { key: keys.twin(op.key), value }];

/** The key of the record whose twin has this key. */
export const twinOf = (key: string): string => key.slice(keys.twin('').length);

export const isTwin = (key: string): boolean => key.startsWith(keys.twin(''));

const hasTwin = (key: string) => /^(code|namespace|run|tag)\//.test(key);

/** Those of some records that are lost alone. They may be written or removed meanwhile: both are looked up at once. */
export async function lostAlone(kv: Pick<Kv, 'getMany'>, wanted: readonly string[]): Promise<string[]> {
  const some = wanted.filter(hasTwin);
  if (some.length === 0) return [];
  const found = await kv.getMany(some.flatMap((key) => [key, keys.twin(key)]));
  return some.filter((_, i) => found[2 * i] === undefined && found[2 * i + 1] !== undefined);
}
