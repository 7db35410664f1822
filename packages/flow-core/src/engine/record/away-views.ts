/** Reads what views of a run under way do not have at hand: what is asked for at once is read at once. */
import type { Visible } from '../task/view';
import type { Recorded, Shown } from './views';

const keyOf = ({ name, at }: Shown) => `${at}/${name}`;

export class AwayViews {
  readonly #recorded: Recorded;
  readonly #settled: () => Promise<void>;
  #module: Promise<typeof import('./views')> | undefined;
  /** What is asked for, and is read together. */
  #reading: { shown: Shown[]; found: Promise<Visible[]> } | undefined;
  /** What several views show, such as the list of a foreach: more will ask for it. */
  #shared: ReadonlyMap<string, Visible> = new Map();

  /** @param settled Resolves when all that was noted so far can be read from the store. */
  constructor(recorded: Recorded, settled: () => Promise<void>) {
    this.#recorded = recorded;
    this.#settled = settled;
  }

  /** @throws FlowError FLOW_STORE_CORRUPT for one that is not there */
  async read(shown: readonly Shown[]): Promise<Visible[]> {
    this.#reading ??= this.#together();
    const { shown: all, found } = this.#reading;
    const from = all.length;
    for (const one of shown) all.push(one);
    return (await found).slice(from, from + shown.length);
  }

  #together() {
    const shown: Shown[] = [];
    const found = Promise.resolve().then(() => {
      this.#reading = undefined;
      return this.#read(shown);
    });
    return { shown, found };
  }

  async #read(shown: readonly Shown[]): Promise<Visible[]> {
    this.#module ??= import('./views');
    const { lookUp, allOf } = await this.#module;
    const keys = shown.map(keyOf);
    const found = keys.map((key) => this.#shared.get(key));
    // What is there is not written any more. So it is looked up at once, and the rest when all has been written.
    for (const options of [{ atOnce: true }, undefined]) {
      const places = shown.flatMap((_, i) => (found[i] ? [] : [i]));
      if (places.length === 0) break;
      if (!options) await this.#settled();
      const wanted = places.map((i) => shown[i] as Shown);
      const read = await lookUp(this.#recorded, wanted, options);
      for (const [n, i] of places.entries()) found[i] = read[n];
    }
    const all = allOf(this.#recorded, shown, found);
    this.#keep(keys, all);
    return all;
  }

  #keep(keys: readonly string[], all: readonly Visible[]): void {
    const shared = new Map<string, Visible>();
    const seen = new Set<string>();
    for (const [i, key] of keys.entries()) {
      if (seen.has(key) || this.#shared.has(key)) shared.set(key, all[i] as Visible);
      seen.add(key);
    }
    this.#shared = shared;
  }
}
