/**
 * Counts what tasks changed in their processes. A process with such a change is not used again: what was put back may be
 * something that a library needs which was loaded there. A flow that changes the same in every process would need a new one
 * for each task, so after a few times the change is only put back.
 */

/** How often processes are given up for one name. */
const MOST = 3;

export class ChangedNames {
  readonly #times = new Map<string, number>();

  /** Returns whether the process is to be given up. @param name such as `globalThis.fetch` */
  add(name: string): boolean {
    const times = (this.#times.get(name) ?? 0) + 1;
    this.#times.set(name, times);
    return times <= MOST;
  }
}
