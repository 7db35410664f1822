/** Finds the data files that the step itself writes: each spin would lead to another, for ever. */

/** So many spins in a row that a file led to, each while the one before was executed, are its own doing. */
const MOST = 10;

export class OwnWrites {
  readonly #times = new Map<string, number>();

  /**
   * @param files what changed @param during whether a spin was under way
   * @returns those that do not count, and of these those that are found now
   */
  among(files: readonly string[], during: boolean): { own: Set<string>; found: string[] } {
    for (const file of files) {
      if (during) this.#times.set(file, this.#of(file) + 1);
      // Somebody else writes it, too. What was found out of the step stays so.
      else if (this.#of(file) <= MOST) this.#times.delete(file);
    }
    if (!during) return { own: new Set(), found: [] };
    return {
      own: new Set(files.filter((file) => this.#of(file) > MOST)),
      found: files.filter((file) => this.#of(file) === MOST + 1),
    };
  }

  #of(file: string): number {
    return this.#times.get(file) ?? 0;
  }
}
