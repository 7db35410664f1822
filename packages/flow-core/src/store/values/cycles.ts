/**
 * Finds, while a value is walked, what lies in a cycle: an instance that its codec makes out of what it holds must be in none.
 * Tarjan's algorithm for strongly connected components: each object is entered and left once.
 */
export class Cycles {
  /** The objects around the one that is walked, and the first of those that each leads back to. */
  readonly #path: { index: number; first: number; made: boolean }[] = [];
  /** Objects that may lead back to one of the path, in the order in which they were entered. */
  readonly #open: object[] = [];
  readonly #indices = new Map<object, number>();
  #entered = 0;

  /** @param made out of what it holds: it is there only after that */
  enter(v: object, made: boolean): void {
    const index = this.#entered++;
    this.#path.push({ index, first: index, made });
    this.#open.push(v);
    this.#indices.set(v, index);
  }

  /** Whether a reference to what was entered before leads back to an instance around it that is still to be made. */
  closes(v: object): boolean {
    const index = this.#indices.get(v);
    const at = this.#path.at(-1);
    if (index === undefined || at === undefined) return false;
    at.first = Math.min(at.first, index);
    const instance = this.#path.findLast(({ made }) => made);
    return instance !== undefined && index <= instance.index;
  }

  leave(): void {
    const { index, first } = this.#path.pop() as { index: number; first: number };
    const outer = this.#path.at(-1);
    if (first < index && outer) {
      outer.first = Math.min(outer.first, first);
      return;
    }
    for (let v = this.#open.pop(); v; v = this.#open.pop()) {
      const entered = this.#indices.get(v);
      this.#indices.delete(v);
      if (entered === index) return;
    }
  }
}
