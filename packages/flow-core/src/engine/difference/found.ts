/** What a comparison has found so far, and how much work is left for it. */
import type { Difference, ValueDifference } from '../task/difference';
import type { Bounds } from './bounds';
import { Path } from './path';

export class Found {
  readonly bounds: Bounds;
  /** Where the comparison is. */
  readonly path = new Path();
  readonly #counts = { changed: 0, added: 0, removed: 0 };
  readonly #told: Difference[] = [];
  #lines = 0;
  #work: number;
  #complete = true;

  constructor(bounds: Bounds) {
    this.bounds = bounds;
    this.#work = bounds.work;
  }

  /** All that differs so far. */
  get total(): number {
    const { changed, added, removed } = this.#counts;
    return changed + added + removed;
  }

  /** Whether more is told than counts. */
  get tells(): boolean {
    return this.room > 0;
  }

  /** How many differences, or lines of texts, there is room for. */
  get room(): number {
    return Math.max(0, this.bounds.differences - this.#told.length - this.#lines);
  }

  /** Whether so much may still be done. */
  spend(work = 1): boolean {
    this.#work -= work;
    if (this.#work < 0) this.#complete = false;
    return this.#complete;
  }

  /** The comparison leaves something out. */
  leaveOut(): void {
    this.#complete = false;
  }

  count(kind: 'changed' | 'added' | 'removed', times = 1): void {
    this.#counts[kind] += times;
  }

  /** @param make is called where there is room for it */
  tell<T extends Difference>(make: (path: string) => T): T | undefined {
    if (!this.tells) return undefined;
    const difference = make(String(this.path));
    this.#told.push(difference);
    if (difference.kind === 'text') this.#lines += Math.max(0, difference.lines.length - 1);
    return difference;
  }

  /** Takes back what was told last. */
  untell(difference: Difference | undefined): void {
    if (difference && this.#told.at(-1) === difference) this.#told.pop();
  }

  result(): ValueDifference {
    return { ...this.#counts, differences: this.#told, complete: this.#complete };
  }
}
