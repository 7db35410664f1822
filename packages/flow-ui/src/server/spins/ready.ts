/** Processes that are ready to spin: one for each of the flows that were looked at last. */
import { Spares } from '@nx-flow/core/ui';

/** Flows that have one: each takes the memory of a process. */
const FLOWS = 2;

export interface ReadyPlace {
  workspace: string;
  cwd: string;
  /** The folder of the store. */
  store: string;
  env: boolean;
}

export class ReadySpares {
  readonly #place: ReadyPlace;
  readonly #spares = new Map<string, Spares>();
  readonly #closing = new Set<Promise<void>>();

  constructor(place: ReadyPlace) {
    this.#place = place;
  }

  /** @param inUse flows whose spins go on */
  of(file: string, inUse: ReadonlySet<string>): Spares {
    const known = this.#spares.get(file);
    const spares = known ?? new Spares({ ...this.#place, file });
    this.#spares.delete(file);
    this.#spares.set(file, spares);
    for (const [oldest, others] of this.#spares) {
      if (this.#spares.size <= FLOWS) break;
      if (oldest === file || inUse.has(oldest)) continue;
      this.#spares.delete(oldest);
      const closed = others.close().finally(() => this.#closing.delete(closed));
      this.#closing.add(closed);
    }
    return spares;
  }

  /** Resolves when no process of it is left. */
  async close(): Promise<void> {
    await Promise.all([...this.#closing, ...[...this.#spares.values()].map((spares) => spares.close())]);
  }
}
