/** Of many points those that make the picture. */
import type { Points } from '../document';

/** Points of one line: two for each of so many stretches. */
const STRETCHES = 300;
/** Points of one cloud. */
const CLOUD = 2_000;
/** The cloud's grid: of points that lie in one cell, one is seen. */
const [ACROSS, DOWN] = [240, 120];

interface Given {
  x: Float64Array;
  y: Float64Array;
}

/** The lowest and the highest point of each stretch, in order: every peak stays. A stretch without numbers is a gap. */
export function thinLine({ x, y }: Given): Points {
  const length = x.length;
  if (length <= 2 * STRETCHES) return { x: numbersIn(x), y: numbersIn(y) };
  const kept: number[] = [];
  for (let stretch = 0; stretch < STRETCHES; stretch++) {
    const from = Math.floor((stretch * length) / STRETCHES);
    const to = Math.floor(((stretch + 1) * length) / STRETCHES);
    let [low, high] = [-1, -1];
    for (let i = from; i < to; i++) {
      if (!Number.isFinite(y[i]) || !Number.isFinite(x[i])) continue;
      if (low < 0 || (y[i] as number) < (y[low] as number)) low = i;
      if (high < 0 || (y[i] as number) > (y[high] as number)) high = i;
    }
    if (low < 0) kept.push(from);
    else if (low === high) kept.push(low);
    else kept.push(Math.min(low, high), Math.max(low, high));
  }
  // The line begins and ends where it does.
  if (kept[0] !== 0) kept.unshift(0);
  if (kept.at(-1) !== length - 1) kept.push(length - 1);
  return pointsOf({ x, y }, kept);
}

/** One point for each cell of a fine grid, and of these every so many. Points that are no numbers are left out. */
export function thinCloud({ x, y }: Given): Points {
  const shown: number[] = [];
  for (let i = 0; i < x.length; i++) if (Number.isFinite(x[i]) && Number.isFinite(y[i])) shown.push(i);
  if (shown.length <= CLOUD) return pointsOf({ x, y }, shown);
  const cellOf = { x: cells(x, shown, ACROSS), y: cells(y, shown, DOWN) };
  const cell = new Map<number, number>();
  for (const i of shown) {
    const place = cellOf.x(i) * (DOWN + 1) + cellOf.y(i);
    if (!cell.has(place)) cell.set(place, i);
  }
  const seen = [...cell.values()];
  const every = Math.max(1, seen.length / CLOUD);
  const kept = Array.from(
    { length: Math.min(CLOUD, seen.length) },
    (_, i) => seen[Math.floor(i * every)] as number,
  );
  return pointsOf({ x, y }, kept);
}

function cells(values: Float64Array, of: number[], count: number): (index: number) => number {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const i of of) {
    low = Math.min(low, values[i] as number);
    high = Math.max(high, values[i] as number);
  }
  const size = high / count - low / count || 1;
  return (index) => Math.floor((values[index] as number) / size - low / size);
}

function pointsOf({ x, y }: Given, kept: number[]): Points {
  const number = (value: number | undefined) => (Number.isFinite(value) ? (value as number) : null);
  return { x: kept.map((i) => number(x[i])), y: kept.map((i) => number(y[i])) };
}

function numbersIn(values: Float64Array): (number | null)[] {
  const numbers = new Array<number | null>(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    numbers[i] = Number.isFinite(value) ? value : null;
  }
  return numbers;
}
