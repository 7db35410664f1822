/** The rows of a comparison as they are shown: what differs first, and times as bars of one scale. */
import type { CompareReply, CompareRow } from '../../api/routes';

/** What differs first, what is the same after it; else in their order. */
export function ordered(rows: readonly CompareRow[]): CompareRow[] {
  return [
    ...rows.filter(({ change }) => change !== 'same'),
    ...rows.filter(({ change }) => change === 'same'),
  ];
}

export interface TimeBar {
  name: string;
  /** Milliseconds. */
  a?: number;
  b?: number;
  /** Of the longest of all, from 0 to 1. */
  aPart: number;
  bPart: number;
  /** b beside a: `2.1 ×`. Undefined where one is not known, or where both are too short to say. */
  factor?: number;
}

/** Shorter than this, a difference says more of the machine than of the step. Milliseconds. */
const SHORT = 5;

export function timeBars(rows: CompareReply['times']): TimeBar[] {
  const read = rows.map(({ name, a, b }) => ({ name, a: msOf(a), b: msOf(b) }));
  const longest = Math.max(1, ...read.flatMap(({ a, b }) => [a ?? 0, b ?? 0]));
  return read.map(({ name, a, b }) => ({
    name,
    ...(a === undefined ? {} : { a }),
    ...(b === undefined ? {} : { b }),
    aPart: (a ?? 0) / longest,
    bPart: (b ?? 0) / longest,
    ...(a !== undefined && b !== undefined && Math.max(a, b) > SHORT && a > 0 ? { factor: b / a } : {}),
  }));
}

function msOf(text: string | undefined): number | undefined {
  const ms = text === undefined || text.trim() === '' ? Number.NaN : Number(text);
  return Number.isFinite(ms) ? ms : undefined;
}

/** `3 differ, 12 are the same` */
export function told(rows: readonly CompareRow[]): string {
  const same = rows.filter(({ change }) => change === 'same').length;
  const other = rows.length - same;
  if (rows.length === 0) return 'none';
  if (other === 0) return same === 1 ? 'the same' : `all ${same} are the same`;
  const differ = `${other} ${other === 1 ? 'differs' : 'differ'}`;
  return same === 0 ? differ : `${differ}, ${same} ${same === 1 ? 'is' : 'are'} the same`;
}
