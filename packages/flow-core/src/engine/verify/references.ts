/** What tasks refer to in other runs: the tasks before them, and artifacts that they pass on. */
import type { Kv } from '../../store/kv/kv';
import { keys } from '../../store/kv/row-keys';
import type { TaskRow } from '../../store/rows/rows';
import { parseLabel, taskOf } from '../task/label';
import { isThere } from './lost-ones';

/** Keys that are looked up at once. */
const BATCH = 128;

/** Looks them up in batches, each once. Within a run its own counts say what is missing. */
export class References {
  readonly #kv: Pick<Kv, 'getMany' | 'inspect'>;
  readonly #missing: (key: string, by: string) => void;
  readonly #known = new Set<string>();
  /** Keys that were not looked up yet, each with the first task that refers to it. */
  readonly #waiting = new Map<string, string>();

  /** @param missing gets the key of each record that is not there, and the first task that refers to it: `movies/12/train/3` */
  constructor(kv: Pick<Kv, 'getMany' | 'inspect'>, missing: (key: string, by: string) => void) {
    this.#kv = kv;
    this.#missing = missing;
  }

  /** @param row a task of a run */
  async of(flow: string, run: number, row: TaskRow): Promise<void> {
    const by = `${flow}/${run}/${row.step}/${row.task}`;
    for (const label of [...row.parents, row.base, row.origin].filter((one) => one !== undefined))
      if (isElsewhere(label)) {
        const { run: at, step, task } = taskOf(run, label);
        this.#add(keys.task(flow, at, step, task), by);
      }
    for (const [name, label] of Object.entries(row.inherited))
      if (isElsewhere(label)) {
        const { run: at, step, task } = taskOf(run, label);
        this.#add(keys.artifact(flow, at, step, task, name), by);
      }
    if (this.#waiting.size >= BATCH) await this.close();
  }

  /** Looks up what is left. */
  async close(): Promise<void> {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    const found = await this.#kv.getMany(waiting.map(([key]) => key)).catch(() => undefined);
    for (const [i, [key, by]] of waiting.entries()) {
      // One of them is damaged, which is told where it stands.
      const there = found ? found[i] !== undefined : await isThere(this.#kv, key);
      if (there === false) this.#missing(key, by);
    }
  }

  #add(key: string, by: string): void {
    if (this.#known.has(key)) return;
    this.#known.add(key);
    this.#waiting.set(key, by);
  }
}

/** In another run of the same store. A persisted spin refers to another store, whose records are its own. */
function isElsewhere(label: string): boolean {
  const { flow, run } = parseLabel(label);
  return run !== undefined && flow === undefined;
}
