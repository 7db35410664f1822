/** How many numbers differ, and by how much. */
import type { NumberDifference } from '../task/difference';

export class Numbers {
  #count = 0;
  #sum = 0;
  #largest = 0;

  add(before: unknown, after: unknown): void {
    const delta = deltaOf(before, after);
    if (delta === undefined) return;
    this.#count++;
    this.#sum += delta;
    if (Math.abs(delta) > Math.abs(this.#largest)) this.#largest = delta;
  }

  /** Undefined where there were none. */
  result(): NumberDifference | undefined {
    return this.#count === 0 ? undefined : { mean: rounded(this.#sum / this.#count), largest: this.#largest };
  }
}

/** After less before, without what only the arithmetic adds. Undefined where they are no finite numbers. */
export function deltaOf(before: unknown, after: unknown): number | undefined {
  if (!Number.isFinite(before) || !Number.isFinite(after)) return undefined;
  const delta = (after as number) - (before as number);
  return Number.isFinite(delta) ? rounded(delta) : undefined;
}

const rounded = (value: number) => Number(value.toPrecision(12));
