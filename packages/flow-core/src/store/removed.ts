/** Runs that were removed, and what keeps a run from being removed while a command reads it. */
import { FlowError } from '../definition/errors';
import type { Holds } from './holds';
import type { RemovedRow } from './missing-rows';
import { keys } from './row-keys';
import type { RunRow } from './rows';

/** FLOW_RUN_REMOVED */
export function runRemoved(flow: string, run: number, { at, by }: RemovedRow): FlowError {
  return new FlowError('FLOW_RUN_REMOVED', `The run ${flow}/${run} was removed on ${day(at)} by ${by}.`);
}

function day(at: number): string {
  const date = new Date(at);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

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
