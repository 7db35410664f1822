/** Which runs are kept, and why: one reason for each. The idea is that of `restic forget`. */
import { parseDuration } from '../../definition/duration';
import type { RunRow } from '../../store/rows/rows';
import type { Policy } from './policy';

/** The reason of a run that somebody reads, or may read. */
export const READ = 'a command reads it';

/** The same, of whoever did before the store's process was killed. */
export const MAY_BE_READ = 'a command may come back to it';

export interface Judged {
  row: RunRow;
  /** Why it is kept. Absent for one that is to go. */
  kept?: string;
  /** Why it is to go, for one that is. */
  goes?: string;
  /** Whatever the policy says, it stays. */
  always?: true;
}

export interface JudgeOptions {
  policy: Policy;
  /** Milliseconds since 1970. */
  now: number;
  /** Only runs of this namespace may go; undefined means all. */
  namespace: string | undefined;
  /** Whether somebody reads it. */
  inUse(row: RunRow): boolean;
}

/** @param rows the runs of one flow with their current tags, newest first */
export function judge(rows: readonly RunRow[], options: JudgeOptions): Judged[] {
  const doneIn = new Set<string>();
  const countIn = new Map<string, number>();
  return rows.map((row) => {
    const { namespace } = row;
    const count = (countIn.get(namespace) ?? 0) + 1;
    countIn.set(namespace, count);
    const isNewestDone = row.status === 'done' && !doneIn.has(namespace);
    if (isNewestDone) doneIn.add(namespace);
    const always = neverRemoved(row, isNewestDone, options);
    if (always !== undefined) return { row, kept: always, always: true };
    const kept = byPolicy(row, count, options);
    return kept === undefined ? { row, goes: goesBy(options.policy) } : { row, kept };
  });
}

function neverRemoved(
  row: RunRow,
  isNewestDone: boolean,
  { policy, namespace, inUse }: JudgeOptions,
): string | undefined {
  const tag = policy.keepTags?.find((one) => row.tags.includes(one));
  if (row.status === 'running') return 'it still runs';
  if (row.imported) return 'it was imported';
  if (tag !== undefined) return `its tag ${tag}`;
  if (isNewestDone) return `the newest in ${row.namespace} that is done`;
  if (namespace !== undefined && row.namespace !== namespace) return `it is in ${row.namespace}`;
  if (inUse(row)) return READ;
  return undefined;
}

function byPolicy(
  { startedAt }: RunRow,
  count: number,
  { policy: { keepLast, keep }, now }: JudgeOptions,
): string | undefined {
  if (keepLast === undefined && keep === undefined) return 'nothing says that it is to go';
  if (keepLast !== undefined && count <= keepLast)
    return keepLast === 1 ? 'the newest' : `one of the newest ${keepLast}`;
  if (keep !== undefined && now - startedAt <= (parseDuration(keep) as number))
    return `not older than ${keep}`;
  return undefined;
}

/** Why a run goes that nothing keeps. */
function goesBy({ keepLast, keep }: Policy): string {
  const last = keepLast === 1 ? 'not the newest' : `none of the newest ${keepLast}`;
  return [
    ...(keepLast === undefined ? [] : [last]),
    ...(keep === undefined ? [] : [`older than ${keep}`]),
  ].join(', ');
}

/**
 * Lets the oldest runs go until the others take no more than a size.
 * @param sizeOf bytes that go with a run, and with those that were let go before it
 * @returns the runs that go for it
 */
export function beyond(
  judged: readonly Judged[],
  total: number,
  maxSize: number,
  sizeOf: (row: RunRow) => number,
): Judged[] {
  const oldest = judged
    .filter(({ kept, always }) => kept !== undefined && !always)
    .sort((a, b) => a.row.startedAt - b.row.startedAt);
  const gone: Judged[] = [];
  for (let left = total; left > maxSize; ) {
    const next = oldest.shift();
    if (!next) break;
    left -= sizeOf(next.row);
    gone.push(next);
  }
  return gone;
}
