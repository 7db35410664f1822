/** What keeps a run from being removed while a command reads it, and large values until something refers to them. */
import type { Holds } from '../kv/holds';
import { keys } from '../kv/row-keys';
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
  /** How many store large values, by the key of their pin. */
  readonly #storing = new Map<string, number>();

  constructor(holds: Holds) {
    this.#holds = holds;
  }

  run(flow: string, run: number): void {
    const name = keys.pin(flow, run);
    if (this.#runs.has(name)) return;
    this.#runs.add(name);
    this.#holds.pin([name]);
  }

  /** Large values that are stored from now on stay, until what is returned is called. */
  bytes(): () => void {
    const name = keys.pinBytes(hourOf(Date.now()));
    this.#begin(this.#storing, name);
    let isOver = false;
    return () => {
      if (!isOver) this.#end(this.#storing, name);
      isOver = true;
    };
  }

  /** Nothing of the flow goes while it is looked at; each run that was given stays. */
  async *each(flow: string, pages: AsyncIterable<RunRow[]>): AsyncGenerator<RunRow, void, undefined> {
    const name = keys.pin(flow);
    this.#begin(this.#looking, name);
    try {
      for await (const rows of pages)
        for (const row of rows) {
          this.run(flow, row.run);
          yield row;
        }
    } finally {
      this.#end(this.#looking, name);
    }
  }

  #begin(counts: Map<string, number>, name: string): void {
    counts.set(name, (counts.get(name) ?? 0) + 1);
    this.#holds.pin([name]);
  }

  #end(counts: Map<string, number>, name: string): void {
    const left = (counts.get(name) ?? 1) - 1;
    if (left > 0) counts.set(name, left);
    else {
      counts.delete(name);
      this.#holds.pin([], [name]);
    }
  }
}

const HOUR_MS = 60 * 60 * 1000;

/** How long ago whoever stores large values may have begun. Hours. */
const LONGEST = 366 * 24;

/** Names that one question holds. */
const BATCH = 1000;

/**
 * Since when somebody stores large values to which nothing may refer yet; also somebody who may be about to come back after a
 * broker's start: then it is `unsure`. Milliseconds since 1970.
 * @param surely leave out who may only be about to come back
 */
export async function storingSince(
  holds: Holds,
  now: number,
  surely = false,
): Promise<{ since: number; unsure: boolean }> {
  const hours = Array.from({ length: LONGEST }, (_, i) => hourOf(now) - LONGEST + 1 + i);
  for (let i = 0; i < hours.length; i += BATCH) {
    const some = hours.slice(i, i + BATCH);
    const states = await holds.states(some.map((hour) => keys.pinBytes(hour)));
    const held = states.findIndex((state) => state === 'held' || (state === 'unsure' && !surely));
    // A file that is not old yet is not made new when it is stored again.
    if (held >= 0)
      return { since: ((some[held] as number) - 1) * HOUR_MS, unsure: states[held] === 'unsure' };
  }
  return { since: now, unsure: false };
}

const hourOf = (at: number) => Math.floor(at / HOUR_MS);
