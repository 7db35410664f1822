/** What keeps a run from being removed while a command reads it. */
import type { Holds } from './holds';
import { keys } from './row-keys';
import type { RunRow } from './rows';

/**
 * What one client of a store reads. A pin is sent before what it is for is asked, and not waited for: whoever removes runs takes
 * a run out of all lists first, and asks who has it pinned then.
 */
export class Pins {
  readonly #holds: Holds;
  readonly #runs = new Set<string>();
  /** How many look for a run, by the key of the flow's pin. */
  readonly #looking = new Map<string, number>();

  constructor(holds: Holds) {
    this.#holds = holds;
  }

  run(flow: string, run: number): void {
    const name = keys.pin(flow, run);
    if (this.#runs.has(name)) return;
    this.#runs.add(name);
    this.#holds.pin([name]);
  }

  /** Nothing of the flow goes while it is looked at; each run that was given stays. */
  async *each(flow: string, pages: AsyncIterable<RunRow[]>): AsyncGenerator<RunRow, void, undefined> {
    const name = keys.pin(flow);
    this.#looking.set(name, (this.#looking.get(name) ?? 0) + 1);
    this.#holds.pin([name]);
    try {
      for await (const rows of pages)
        for (const row of rows) {
          this.run(flow, row.run);
          yield row;
        }
    } finally {
      const left = (this.#looking.get(name) ?? 1) - 1;
      if (left > 0) this.#looking.set(name, left);
      else {
        this.#looking.delete(name);
        this.#holds.pin([], [name]);
      }
    }
  }
}
