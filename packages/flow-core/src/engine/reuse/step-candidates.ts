/** The finished tasks of a step under one key, from the newest run that has some on: what each looked at, and what it saw. */

import { scan } from '../../store/kv/kv';
import { keys, lastNumber, prefixRange } from '../../store/kv/row-keys';
import { fromJson } from '../../store/rows/json';
import type { ReuseRow } from '../../store/rows/reuse-row';
import type { TaskRow } from '../../store/rows/rows';
import type { Store } from '../../store/store';
import { formatLabel } from '../task/label';
import { stackKey } from '../task/place';
import type { EarlierRuns, Finished } from './earlier-run';
import type { Looked, Stands } from './looked';
import type { StepKey } from './step-keys';

/** A candidate: the task, by its run. */
export interface Candidate extends Finished {
  run: number;
}

/** Runs that are looked at for one step, and tasks of them: what lies further back is executed again. */
const [MOST_RUNS, MOST_TASKS] = [16, 50_000];

export interface StepAt {
  flow: string;
  namespace: string;
  step: string;
}

export class StepCandidates {
  readonly #store: Store;
  readonly #runs: EarlierRuns;
  readonly #at: StepAt;
  readonly #key: StepKey;
  /** Index rows not looked at yet, the newest first. */
  #rows: [run: number, row: ReuseRow][] | undefined;
  #tasks = 0;
  /** By what was looked at, then by what was seen. */
  readonly looks = new Map<string, { looked: Looked; seen: Map<string, Candidate[]> }>();
  /** The newest at each place. */
  readonly #places = new Map<string, Candidate>();
  #newest: Candidate | undefined;

  constructor(store: Store, runs: EarlierRuns, at: StepAt, key: StepKey) {
    this.#store = store;
    this.#runs = runs;
    this.#at = at;
    this.#key = key;
  }

  /** Looks at one more run. False where there is none. */
  async more(): Promise<boolean> {
    const { flow, namespace, step } = this.#at;
    this.#rows ??= await this.#indexed(keys.reusable(flow, { namespace, step }, this.#key.digest));
    const next = this.#tasks < MOST_TASKS ? this.#rows.shift() : undefined;
    if (!next) return false;
    const [run, { until, reused = false }] = next;
    for (const found of await this.#runs.finished(run, step, until, reused)) this.#add({ ...found, run });
    return true;
  }

  /** The one that is nearest to a task that has none: at its place, or else the newest. */
  near(task: Stands): Candidate | undefined {
    return this.#places.get(placeOf(task)) ?? this.#newest;
  }

  /** Why there is no candidate at all: the run that finished tasks of the step last had another key. */
  async otherKey(): Promise<{ to?: string; what: string[] }> {
    const { flow, namespace, step } = this.#at;
    let last: [run: number, row: ReuseRow] | undefined;
    // They are in the order of their keys.
    for await (const entry of scan(this.#store.kv, prefixRange(keys.reusable(flow, { namespace, step })))) {
      const row = fromJson<ReuseRow>(entry[1]);
      if (row && lastNumber(entry[0]) > (last?.[0] ?? 0)) last = [lastNumber(entry[0]), row];
    }
    if (!last) return { what: [] };
    const [run, { of }] = last;
    const what = Object.keys(this.#key.of).filter((part) => of[part] !== this.#key.of[part]);
    return { to: String(run), what };
  }

  #add(candidate: Candidate): void {
    const { looked, saw, row } = candidate;
    const look = this.looks.get(looked.key) ?? { looked, seen: new Map<string, Candidate[]>() };
    this.looks.set(looked.key, look);
    const seen = saw.join();
    const known = look.seen.get(seen);
    if (known) known.push(candidate);
    else look.seen.set(seen, [candidate]);
    this.#tasks++;
    this.#newest ??= candidate;
    const place = placeOf(row);
    if (!this.#places.has(place)) this.#places.set(place, candidate);
  }

  async #indexed(prefix: string): Promise<[number, ReuseRow][]> {
    const limit = MOST_RUNS;
    const entries = await this.#store.kv.range({ ...prefixRange(prefix), reverse: true, limit });
    return entries.flatMap(([key, value]): [number, ReuseRow][] => {
      const row = fromJson<ReuseRow>(value);
      return row ? [[lastNumber(key), row]] : [];
    });
  }
}

/** The task that executed: its run may have taken it over itself. */
export function executedBy({ row, run }: { row: TaskRow; run: number }): string {
  return row.origin ?? formatLabel({ run, step: row.step, task: row.task });
}

function placeOf({ stack, iteration }: Pick<Stands, 'stack' | 'iteration'>): string {
  return `${stackKey(stack)}|${iteration ?? ''}`;
}
