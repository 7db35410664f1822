/** What a worker has for chunks: so many at once, and resources such as a GPU. */

export type Resources = Readonly<Record<string, number>>;

export class Slots {
  readonly #most: number;
  readonly #resources: Resources;
  readonly #used = new Map<string, number>();
  #busy = 0;

  constructor(most: number, resources: Resources) {
    this.#most = most;
    this.#resources = resources;
  }

  get isFull(): boolean {
    return this.#busy >= this.#most;
  }

  get busy(): number {
    return this.#busy;
  }

  /** Takes a slot with these resources, where they are free. */
  take(wanted: Resources = {}): boolean {
    if (this.isFull) return false;
    const each = Object.entries(wanted);
    if (each.some(([name, amount]) => amount > (this.#resources[name] ?? 0) - (this.#used.get(name) ?? 0)))
      return false;
    this.#busy++;
    for (const [name, amount] of each) this.#used.set(name, (this.#used.get(name) ?? 0) + amount);
    return true;
  }

  release(wanted: Resources = {}): void {
    this.#busy--;
    for (const [name, amount] of Object.entries(wanted))
      this.#used.set(name, (this.#used.get(name) ?? 0) - amount);
  }
}
