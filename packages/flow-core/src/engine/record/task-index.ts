/** The recorded tasks of a step by their place in the foreaches: looked up one at a time, or all of a step at once. */
import type { TaskRow } from '../../store/rows/rows';
import type { Store } from '../../store/store';

export class Tasks {
  readonly store: Store;
  readonly #kept: Map<string, Promise<StepTasks>> | undefined;

  /** @param keep Read each step once, whole: for whoever asks for many of its tasks. */
  constructor(store: Store, keep = false) {
    this.store = store;
    this.#kept = keep ? new Map() : undefined;
  }

  /** The first task at a place that will do. */
  async find(
    flow: string,
    run: number,
    step: string,
    index: readonly number[],
    wanted: (row: TaskRow) => boolean = () => true,
  ): Promise<TaskRow | undefined> {
    if (this.#kept) return (await this.#step(flow, run, step)).at.get(placeKey(index))?.find(wanted);
    const fits = (row: TaskRow) => placeKey(indexOf(row)) === placeKey(index) && wanted(row);
    const likely = await this.#likely(flow, run, step, index);
    if (likely && fits(likely)) return likely;
    for await (const row of this.store.tasks(flow, run, step)) if (fits(row)) return row;
    return undefined;
  }

  /**
   * The task that has this place where splits were numbered in their order, as they are in a foreach that no other one
   * surrounds: two look-ups, whatever the number of splits.
   */
  async #likely(
    flow: string,
    run: number,
    step: string,
    [at, ...inner]: readonly number[],
  ): Promise<TaskRow | undefined> {
    const first = await this.store.firstTask(flow, run, step);
    const begin = first?.stack[0]?.index;
    // A loop has several tasks at each place.
    if (!first || first.iteration !== undefined || first.stack.length > 1) return undefined;
    if (begin === undefined || at === undefined || inner.length > 0 || at === begin) return first;
    const row = await this.store.task(flow, run, step, first.task + at - begin);
    return row?.iteration === undefined ? row : undefined;
  }

  /** The tasks of all splits of the innermost foreach, under one split of those around it. */
  async *under(flow: string, run: number, step: string, outer: readonly number[]): AsyncGenerator<TaskRow> {
    const key = placeKey(outer);
    if (this.#kept) {
      yield* (await this.#step(flow, run, step)).under.get(key) ?? [];
      return;
    }
    for await (const row of this.store.tasks(flow, run, step)) {
      if (row.stack.length === outer.length + 1 && placeKey(indexOf(row).slice(0, -1)) === key) yield row;
    }
  }

  #step(flow: string, run: number, step: string): Promise<StepTasks> {
    const kept = this.#kept as Map<string, Promise<StepTasks>>;
    const key = `${flow}/${run}/${step}`;
    let tasks = kept.get(key);
    if (!tasks) {
      tasks = readStep(this.store, flow, run, step);
      kept.set(key, tasks);
    }
    return tasks;
  }
}

interface StepTasks {
  at: Map<string, TaskRow[]>;
  under: Map<string, TaskRow[]>;
}

async function readStep(store: Store, flow: string, run: number, step: string): Promise<StepTasks> {
  const tasks: StepTasks = { at: new Map(), under: new Map() };
  for await (const row of store.tasks(flow, run, step)) {
    const index = indexOf(row);
    push(tasks.at, placeKey(index), row);
    if (index.length > 0) push(tasks.under, placeKey(index.slice(0, -1)), row);
  }
  return tasks;
}

function push(map: Map<string, TaskRow[]>, key: string, row: TaskRow): void {
  const rows = map.get(key);
  if (rows) rows.push(row);
  else map.set(key, [row]);
}

const indexOf = (row: TaskRow) => row.stack.map(({ index }) => index);
const placeKey = (index: readonly number[]) => index.join(',');
