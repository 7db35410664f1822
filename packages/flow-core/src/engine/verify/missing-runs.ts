/** Runs whose numbers were taken, and of which nothing is there: neither a record, nor that they were removed. */

/** Beyond so many runs of a flow, no more is looked for: a number that was damaged itself may be any. */
const LARGEST = 10_000;

export class TakenNumbers {
  /** By flow: the numbers that a claim is recorded of. */
  readonly #claimed = new Map<string, Set<number>>();

  /** That a number was claimed is recorded. */
  claimed(flow: string, number: number): void {
    this.#claimed.set(flow, (this.#claimed.get(flow) ?? new Set()).add(number));
  }

  /**
   * The numbers up to the newest of which neither anything of the run is there, nor who took them. A command that was killed between
   * taking its number and its first record leaves the latter.
   */
  missing(flow: string, newest: number, isKnown: (run: number) => boolean): number[] {
    const missing: number[] = [];
    const claimed = this.#claimed.get(flow);
    for (let run = newest; run > 0 && missing.length < LARGEST; run--)
      if (!claimed?.has(run) && !isKnown(run)) missing.push(run);
    return missing.reverse();
  }
}

/** Numbers in a row as one: `[1, 1]`, `[4, 7]`. */
export function ranges(numbers: readonly number[]): [first: number, last: number][] {
  const found: [number, number][] = [];
  for (const one of numbers) {
    const last = found.at(-1);
    if (last && last[1] + 1 === one) last[1] = one;
    else found.push([one, one]);
  }
  return found;
}
