/** Finds parts of a value that share memory: decoding would separate them. */

/** Start and end of the views of one ArrayBuffer, in order. */
interface Claimed {
  whole: boolean;
  ranges: [from: number, to: number][];
}

export class SharedMemory {
  readonly #claimed = new Map<ArrayBufferLike, Claimed>();

  /**
   * Notes a view. Buffers may be neighbours in one ArrayBuffer (Node's pool), which code does not notice. Typed
   * arrays show that they have the same `.buffer`.
   * @returns whether it shares memory with a view that was noted before
   */
  claim(view: ArrayBufferView, pooled: boolean): boolean {
    const from = view.byteOffset;
    const to = from + view.byteLength;
    const known = this.#claimed.get(view.buffer);
    if (!known) {
      this.#claimed.set(view.buffer, { whole: !pooled, ranges: [[from, to]] });
      return false;
    }
    if (!pooled && known.whole) return true;
    known.whole ||= !pooled;
    if (from === to) return false;
    const { ranges } = known;
    let at = ranges.length;
    if ((ranges[at - 1] as [number, number])[0] >= from) at = firstFrom(ranges, from);
    const before = ranges[at - 1];
    const after = ranges[at];
    if ((before && before[1] > from) || (after && after[0] < to)) return true;
    ranges.splice(at, 0, [from, to]);
    return false;
  }
}

function firstFrom(ranges: readonly [number, number][], from: number): number {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ranges[middle] as [number, number])[0] < from) low = middle + 1;
    else high = middle;
  }
  return low;
}
