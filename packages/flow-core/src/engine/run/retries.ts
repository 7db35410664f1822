/** Failed tasks that wait for their next attempt. */
export class Retries {
  readonly #timers = new Set<NodeJS.Timeout>();

  get size(): number {
    return this.#timers.size;
  }

  after(waitMs: number, again: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      again();
    }, waitMs);
    this.#timers.add(timer);
  }

  clear(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }
}
