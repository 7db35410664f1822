/** What an earlier repair found lost: whether it still is. What is whole again is told once. */
import type { Kv } from '../../store/kv/kv';
import { keys } from '../../store/kv/row-keys';
import { type LostRecord, nameOfLost, whatHelps } from '../../store/rows/lost-records';
import type { StoreProblem } from './problem';
import { remediesOf } from './remedies';

/** @param wrong the hashes of files that are not as they should be */
export async function lostOnes(
  kv: Kv,
  lost: readonly LostRecord[],
  wrong: ReadonlySet<string>,
): Promise<StoreProblem[]> {
  const found: StoreProblem[] = [];
  const again: string[] = [];
  const remedies = await remediesOf(kv, lost);
  for (const one of lost) {
    const isWhole =
      one.hash === undefined ? !one.end && (await isThere(kv, one.key)) === true : !wrong.has(one.hash);
    if (isWhole) again.push(keys.lost(one.key));
    const message = isWhole ? 'was lost, and is whole again.' : whatHelps(one, remedies.get(one.key));
    found.push({ where: nameOfLost(one), message });
  }
  // Where nothing can be written, it is told again.
  if (again.length > 0) await kv.batch(again.map((key) => ({ key, value: undefined }))).catch(() => {});
  return found;
}

/** Undefined where the database cannot be read at that place, which is told by the record before it. */
export async function isThere(kv: Pick<Kv, 'inspect'>, key: string): Promise<boolean | undefined> {
  try {
    const [entry] = await kv.inspect({ gte: key, lt: `${key}\0`, limit: 1 });
    return entry !== undefined;
  } catch (error) {
    if ((error as { code?: string }).code !== 'FLOW_STORE_CORRUPT') throw error;
    return undefined;
  }
}
