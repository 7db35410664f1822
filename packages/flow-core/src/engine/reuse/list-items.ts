/** The digests of the items of lists that foreaches split, as long as the task is at hand that shows the list. */

import type { StackFrame } from '../../store/rows/rows';
import { unpackItems } from '../../store/values/item-digests';

type Items = (index: number) => string | undefined;

/** Lists between two looks at which of them are still needed. */
const MANY = 100;

export class ListItems {
  readonly #isNeeded: (label: string) => boolean;
  readonly #lists = new Map<string, Record<string, string>>();
  /** The list that was asked for last: many ask for the same. */
  #last: { packed: string; items: Items } | undefined;
  #added = 0;

  /** @param isNeeded whether the task of a label is still at hand */
  constructor(isNeeded: (label: string) => boolean) {
    this.#isNeeded = isNeeded;
  }

  add(label: string, items: Record<string, string> | undefined): void {
    if (!items) return;
    if (++this.#added % MANY === 0)
      for (const known of [...this.#lists.keys()]) if (!this.#isNeeded(known)) this.#lists.delete(known);
    this.#lists.set(label, items);
  }

  of({ shownBy, over, index }: StackFrame): string | undefined {
    const packed = this.#lists.get(shownBy)?.[over];
    if (packed === undefined) return undefined;
    if (this.#last?.packed !== packed) this.#last = { packed, items: unpackItems(packed) };
    return this.#last.items(index);
  }
}
