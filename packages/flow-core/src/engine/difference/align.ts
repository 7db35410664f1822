/**
 * Which items of two lists belong together. Items that are alike and stand only once in both are the anchors; what lies between
 * them is compared by Myers' algorithm, as far as that is quick, and what is left over is paired by its place. So a list of
 * 100,000 rows is aligned in the time that it takes to look at them, whatever was put in, taken out or changed.
 */

import { diffArrays } from 'diff';
import { rising } from './rising';
import { isSurelySame } from './same';

/** The places of an item before and after; -1 where it was not there. */
export type Aligned = [before: number, after: number];

/** How many edits are looked for between two anchors, times items. */
const EFFORT = 10_000_000;
const MOST_EDITS = 1000;

/** In the order of the list after; what was removed, before what stands there now. @param spend whether so much may be done */
export function align(
  before: readonly unknown[],
  after: readonly unknown[],
  spend: (work: number) => boolean,
): Aligned[] {
  let start = 0;
  const shorter = Math.min(before.length, after.length);
  while (start < shorter && isSurelySame(before[start], after[start])) start++;
  let end = 0;
  while (
    end < shorter - start &&
    isSurelySame(before[before.length - 1 - end], after[after.length - 1 - end])
  )
    end++;
  const aligned: Aligned[] = [];
  for (let at = 0; at < start; at++) aligned.push([at, at]);
  const middle = { before: [start, before.length - end], after: [start, after.length - end] } as const;
  if (spend(start + end)) between(before, after, middle, spend, aligned);
  else inPlace(middle, aligned);
  for (let left = end; left > 0; left--) aligned.push([before.length - left, after.length - left]);
  return aligned;
}

type Range = readonly [from: number, to: number];
interface Ranges {
  before: Range;
  after: Range;
}

/** Aligns two ranges that begin and end with items that are not alike. */
function between(
  before: readonly unknown[],
  after: readonly unknown[],
  ranges: Ranges,
  spend: (work: number) => boolean,
  aligned: Aligned[],
): void {
  const pair = ranges.before[1] - ranges.before[0] === 1 && ranges.after[1] - ranges.after[0] === 1;
  const [oldIds, newIds] = pair
    ? []
    : identities(before.slice(...ranges.before), after.slice(...ranges.after), spend);
  if (!oldIds || !newIds) {
    inPlace(ranges, aligned);
    return;
  }
  const [oldStart, newStart] = [ranges.before[0], ranges.after[0]];
  let [i, j] = [0, 0];
  const upTo = (old: number, now: number) => {
    gap(oldIds.slice(i, old), newIds.slice(j, now), [oldStart + i, newStart + j], aligned);
  };
  for (const [old, now] of anchors(oldIds, newIds)) {
    upTo(old, now);
    aligned.push([oldStart + old, newStart + now]);
    [i, j] = [old + 1, now + 1];
  }
  upTo(oldIds.length, newIds.length);
}

/** A number for each item; those of items that are alike are the same. Undefined where that would be too much work. */
function identities(
  before: readonly unknown[],
  after: readonly unknown[],
  spend: (work: number) => boolean,
): (number[] | undefined)[] {
  const known = new Map<unknown, number>();
  let enough = true;
  return [before, after].map((items) => {
    const numbers: number[] = [];
    for (const item of items) {
      const text = identity(item);
      enough &&= spend(typeof text === 'string' ? 1 + text.length / 16 : 1);
      if (!enough) return undefined;
      let number = known.get(text);
      if (number === undefined) {
        number = known.size;
        known.set(text, number);
      }
      numbers.push(number);
    }
    return numbers;
  });
}

/** Only what is paired depends on it, not what is told of a pair: two values may have the same. */
function identity(item: unknown): unknown {
  if (typeof item !== 'object' || item === null) return item;
  try {
    return `{${JSON.stringify(item)}`;
  } catch {
    return '{';
  }
}

/** Items that stand once in either list, in an order that both have. */
function anchors(before: readonly number[], after: readonly number[]): Aligned[] {
  const places = onceIn(before);
  const common: Aligned[] = [];
  for (const [id, now] of onceIn(after)) {
    const old = places.get(id);
    if (old !== undefined && old >= 0 && now >= 0) common.push([old, now]);
  }
  common.sort(([, one], [, other]) => one - other);
  return rising(common.map(([old]) => old)).map((at) => common[at] as Aligned);
}

/** The place of each; -1 where there are several. */
function onceIn(ids: readonly number[]): Map<number, number> {
  const places = new Map<number, number>();
  ids.forEach((id, at) => {
    places.set(id, places.has(id) ? -1 : at);
  });
  return places;
}

/** What lies between two anchors. */
function gap(before: number[], after: number[], [i, j]: Aligned, aligned: Aligned[]): void {
  const whole: Ranges = { before: [i, i + before.length], after: [j, j + after.length] };
  const maxEditLength = Math.min(MOST_EDITS, Math.ceil(EFFORT / (before.length + after.length)));
  const one = before.length === 0 || after.length === 0;
  const pieces = one ? undefined : diffArrays(before, after, { maxEditLength });
  if (!pieces) {
    inPlace(whole, aligned);
    return;
  }
  let [old, now] = [i, j];
  // What was taken out and what was put in at one place are paired.
  let edit: Ranges = { before: [old, old], after: [now, now] };
  for (const { added, removed, value } of pieces) {
    if (removed) old += value.length;
    else if (added) now += value.length;
    else {
      inPlace(edit, aligned);
      for (const _ of value) aligned.push([old++, now++]);
      edit = { before: [old, old], after: [now, now] };
    }
    edit = { before: [edit.before[0], old], after: [edit.after[0], now] };
  }
  inPlace(edit, aligned);
}

/** Pairs the first with the first, and so on. */
function inPlace({ before: [i, iEnd], after: [j, jEnd] }: Ranges, aligned: Aligned[]): void {
  const pairs = Math.min(iEnd - i, jEnd - j);
  for (let at = 0; at < pairs; at++) aligned.push([i + at, j + at]);
  for (let old = i + pairs; old < iEnd; old++) aligned.push([old, -1]);
  for (let now = j + pairs; now < jEnd; now++) aligned.push([-1, now]);
}
