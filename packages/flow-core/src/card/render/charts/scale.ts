/** From numbers to places on the picture. */
import type { Axis } from '../../document';
import { niceStep } from '../../nice';

export interface Extent {
  low: number;
  high: number;
}

/** Of what is a number. `null` where there is none. */
export function extentOf(lists: Iterable<(number | null)[]>): Extent | undefined {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const list of lists)
    for (let i = 0; i < list.length; i++) {
      const value = list[i];
      if (typeof value !== 'number' || !Number.isFinite(value)) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  return low <= high ? { low, high } : undefined;
}

/** Round ends around; where all is equal, some room on both sides. */
export function niceExtent({ low, high }: Extent, axis: Axis, count: number): Extent {
  if (axis.log)
    return low === high ? { low: low / 2 || low, high: Math.min(high * 2, Number.MAX_VALUE) } : { low, high };
  if (low === high) {
    const room = axis.time ? 1_000 : Math.abs(low) * 0.1 || 1;
    return { low: low - room, high: high + room };
  }
  if (axis.time || !Number.isFinite(high - low)) return { low, high };
  const step = niceStep(high - low, count);
  return {
    low: Math.max(Math.floor(low / step + 1e-9) * step, -Number.MAX_VALUE),
    high: Math.min(Math.ceil(high / step - 1e-9) * step, Number.MAX_VALUE),
  };
}

/** @returns where a value lies between `from` and `to`, to a tenth of a unit */
export function scaleOf({ low, high }: Extent, log: boolean | undefined, from: number, to: number) {
  // By halves: the range of the largest numbers is none.
  const [begin, span] = log
    ? [Math.log10(low), Math.log10(high) - Math.log10(low)]
    : [low / 2, high / 2 - low / 2];
  const size = (to - from) / (span || 1);
  return (value: number) =>
    Math.round(10 * (from + ((log ? Math.log10(value) : value / 2) - begin) * size)) / 10;
}
