/**
 * The finished tasks of one step of the run that is taken over from. Mostly they are asked for in the order of their numbers:
 * then each row is read once, and a page of them is in memory.
 */
import { type Entry, pages } from '../../store/kv/kv';
import { keys, prefixRange } from '../../store/kv/row-keys';
import { fromJson } from '../../store/rows/json';
import type { RunRow, TaskRow } from '../../store/rows/rows';
import type { Store } from '../../store/store';
import { type Place, type PlaceKey, placeKey } from './place-key';

/** Rows that were read and not asked for yet. Of more, only their numbers are kept: they are read again. */
const AT_HAND = 1000;

interface StepRows {
  /** Its first tasks, as they are recorded. */
  first: readonly Entry[];
  /** Whether a task may be taken over. */
  isDone(row: TaskRow): boolean;
}

export class OriginRows {
  readonly #store: Store;
  readonly #origin: RunRow;
  readonly #step: string;
  readonly #isDone: (row: TaskRow) => boolean;
  readonly #pages: AsyncGenerator<Entry[]>;
  /** Read before. */
  #first: readonly Entry[] | undefined;
  /** What was read and not asked for: rows, or their numbers; undefined for a task that is not done. */
  readonly #ahead = new Map<PlaceKey, TaskRow | number | undefined>();
  #atHand = 0;
  #isRead = false;

  constructor(store: Store, origin: RunRow, step: string, { first, isDone }: StepRows) {
    this.#store = store;
    this.#origin = origin;
    this.#step = step;
    this.#isDone = isDone;
    this.#first = first;
    const range = prefixRange(keys.tasks(origin.flow, origin.run, step));
    const last = first.at(-1)?.[0];
    if (last !== undefined) range.gte = `${last}\0`;
    this.#pages = pages(store.kv, { ...range, atOnce: true });
  }

  /** Those at some places, each of which is asked for once; undefined where none is done. One call after another. */
  async at(places: readonly Place[]): Promise<(TaskRow | undefined)[]> {
    const wanted = places.map(placeKey);
    const rows: (TaskRow | undefined)[] = [];
    const again: { i: number; step: string; task: number }[] = [];
    for (const [i, key] of wanted.entries()) {
      while (!this.#isRead && !this.#ahead.has(key)) await this.#readOn();
      const found = this.#ahead.get(key);
      this.#ahead.delete(key);
      if (typeof found === 'number') again.push({ i, step: this.#step, task: found });
      else if (found) this.#atHand--;
      rows[i] = typeof found === 'number' ? undefined : found;
    }
    if (again.length === 0) return rows;
    const { flow, run } = this.#origin;
    const read = await this.#store.taskRows(flow, run, again);
    for (const [n, { i }] of again.entries()) rows[i] = read[n];
    return rows;
  }

  async #readOn(): Promise<void> {
    const entries = this.#first ?? (await this.#pages.next()).value;
    this.#first = undefined;
    if (!entries) {
      this.#isRead = true;
      return;
    }
    for (const [, value] of entries) {
      const row = fromJson<TaskRow>(value) as TaskRow;
      const isDone = this.#isDone(row);
      const keeps = isDone && this.#atHand < AT_HAND;
      if (keeps) this.#atHand++;
      this.#ahead.set(placeKey(row), keeps ? row : isDone ? row.task : undefined);
    }
  }
}
