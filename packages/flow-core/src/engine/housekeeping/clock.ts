/** Whether the clock can be believed: one that jumps ahead makes every run old at once. */

import { scan } from '../../store/kv/kv';
import { keys, prefixRange } from '../../store/kv/row-keys';
import { fromJson } from '../../store/rows/json';
import type { RunRow } from '../../store/rows/rows';
import type { Store } from '../../store/store';

/** As long as this, people are away. Milliseconds. */
const AWAY_MS = 7 * 24 * 60 * 60 * 1000;

/** A clock that is no more behind than this is so by the way in which two machines differ. Milliseconds. */
const BEHIND_MS = 60 * 1000;

/** When the runs of a store began and ended, on whatever machine. Milliseconds since 1970. */
export async function timesOf({ kv }: Pick<Store, 'kv'>): Promise<number[]> {
  const times: number[] = [];
  for await (const [, value] of scan(kv, prefixRange(keys.allRuns()))) {
    const { startedAt, durationMs = 0, imported } = fromJson<RunRow>(value) as RunRow;
    if (!imported) times.push(startedAt, startedAt + durationMs);
  }
  return times;
}

/**
 * The time from which ages are counted where nobody looks on: the last one before a gap that is longer than runs are kept. Such a
 * gap is real as soon as there were runs behind it for as long. Milliseconds since 1970.
 * @param keep how long runs are kept. Milliseconds
 */
export function steadyNow(times: readonly number[], keep: number, now: number): number {
  const most = mostOf(keep);
  let after = now;
  for (const at of times.filter((at) => at <= now).sort((a, b) => b - a)) {
    if (after - at > most) return at;
    if (now - at > most) return now;
    after = at;
  }
  return now;
}

const mostOf = (keep: number) => Math.max(keep, AWAY_MS);

/** How far the clock is from the newest run: what somebody has to know who removes runs by their age. */
export interface ClockOff {
  /** `movies/12` */
  run: string;
  ahead: boolean;
  /** Milliseconds. */
  by: number;
}

/** Undefined for a clock that may be right. @param keep how long runs are kept. Milliseconds */
export function clockOff(rows: readonly RunRow[], keep: number, now: number): ClockOff | undefined {
  const [first, ...others] = rows.filter(({ imported }) => !imported);
  if (!first) return undefined;
  const newest = others.reduce((one, row) => (row.startedAt > one.startedAt ? row : one), first);
  const by = now - newest.startedAt;
  const run = `${newest.flow}/${newest.run}`;
  if (by > mostOf(keep)) return { run, ahead: true, by };
  return by < -BEHIND_MS ? { run, ahead: false, by: -by } : undefined;
}
