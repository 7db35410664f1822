/** Which rows of a long list are in sight: all rows have one height, so it is arithmetic. */

export interface Sight {
  /** The top of the first row, from the top of the list, is above the sight by this much. Negative: the list begins below it. */
  scrolled: number;
  /** Pixels that are in sight. */
  height: number;
  /** Of a row. */
  row: number;
  count: number;
  /** Rows that are drawn beyond either end. */
  spare: number;
}

/** The rows to draw: from `first` to before `end`. */
export function rowsInSight({ scrolled, height, row, count, spare }: Sight): { first: number; end: number } {
  const first = Math.max(0, Math.floor(scrolled / row) - spare);
  const end = Math.min(count, Math.ceil((scrolled + height) / row) + spare);
  return first < end ? { first, end } : { first: Math.min(first, count), end: Math.min(first, count) };
}

/** By how many pixels to scroll so that row `at` is wholly in sight, below `top` pixels that something else covers. */
export function scrollTo(at: number, { scrolled, height, row }: Sight, top: number): number {
  const above = at * row - scrolled - top;
  if (above < 0) return above;
  return Math.max(0, (at + 1) * row - scrolled - height);
}
