/** The part of a timeline that is in sight, in milliseconds; how it is zoomed and moved, and where its marks are. */

export interface Range {
  from: number;
  to: number;
}

/** The narrowest part that can be looked at, in milliseconds. */
const NARROWEST = 1;

/** `factor` under 1 looks closer; the time `at` stays where it is. Never beyond `whole`. */
export function zoomed({ from, to }: Range, at: number, factor: number, whole: Range): Range {
  const width = Math.min(Math.max((to - from) * factor, NARROWEST), whole.to - whole.from);
  const share = (at - from) / (to - from || 1);
  return within({ from: at - share * width, to: at + (1 - share) * width }, whole);
}

export function moved({ from, to }: Range, by: number, whole: Range): Range {
  return within({ from: from + by, to: to + by }, whole);
}

function within({ from, to }: Range, whole: Range): Range {
  const back = Math.max(0, whole.from - from) - Math.max(0, to - whole.to);
  return { from: Math.max(from + back, whole.from), to: Math.min(to + back, whole.to) };
}

/** Round times in a range: about one in each `apart` pixels of `width`. */
export function marks({ from, to }: Range, width: number, apart = 110): number[] {
  const rough = ((to - from) * apart) / Math.max(width, 1);
  const step = STEPS.find((one) => one >= rough) ?? Math.ceil(rough / DAY) * DAY;
  const first = Math.ceil(from / step);
  return Array.from({ length: Math.max(0, Math.floor(to / step) - first + 1) }, (_, i) => (first + i) * step);
}

const DAY = 24 * 3_600_000;
const STEPS = [
  ...[0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * 1000),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * 60_000),
  ...[1, 2, 3, 6, 12, 24].map((hours) => hours * 3_600_000),
];

/** A time after the start, as short as it can be: `0`, `250 ms`, `1.5 s`, `2:05`, `1:02:05`. */
export function markText(ms: number): string {
  if (ms === 0) return '0';
  if (ms < 1000) return `${Number(ms.toFixed(1))} ms`;
  if (ms < 60_000) return `${Number((ms / 1000).toFixed(3))} s`;
  const seconds = Math.round(ms / 1000);
  const two = (n: number) => String(n).padStart(2, '0');
  const minutes = `${Math.floor(seconds / 60) % 60}`;
  if (seconds < 3600) return `${minutes}:${two(seconds % 60)}`;
  return `${Math.floor(seconds / 3600)}:${minutes.padStart(2, '0')}:${two(seconds % 60)}`;
}
