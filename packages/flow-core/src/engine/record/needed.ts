/** What runs need of others that were removed: a resumed run refers to tasks of the run that it took over, and to their artifacts. */

import { scan, valuesOf } from '../../store/kv/kv';
import { keys, prefixRange } from '../../store/kv/row-keys';
import { fromJson } from '../../store/rows/json';
import type { RunRow, TaskRow } from '../../store/rows/rows';
import type { Store } from '../../store/store';
import { parseLabel, type TaskAddress, taskOf } from '../task/label';
import { refersToOthers } from './refers';

/** Of the removed runs of a flow, the tasks that others need, and who needs them. */
export class Needed {
  /** By run and label: the runs that need each. */
  readonly #tasks = new Map<number, Map<string, Set<number>>>();
  readonly #by = new Map<number, Set<number>>();

  /** Returns whether it is new. */
  add(task: TaskAddress, by: number): boolean {
    const { run, step } = task;
    const tasks = this.#tasks.get(run) ?? new Map<string, Set<number>>();
    this.#tasks.set(run, tasks);
    this.#by.set(run, (this.#by.get(run) ?? new Set()).add(by));
    const label = `${step}/${task.task}`;
    const known = tasks.get(label);
    tasks.set(label, (known ?? new Set()).add(by));
    return known === undefined;
  }

  has({ run, step, task }: TaskAddress): boolean {
    return this.#tasks.get(run)?.has(`${step}/${task}`) === true;
  }

  count(run: number): number {
    return this.#tasks.get(run)?.size ?? 0;
  }

  /** The runs that need the task. */
  byOf({ run, step, task }: TaskAddress): number[] {
    return [...(this.#tasks.get(run)?.get(`${step}/${task}`) ?? [])].sort((a, b) => a - b);
  }

  /** The runs that need some of it. */
  by(run: number): number[] {
    return [...(this.#by.get(run) ?? [])].sort((a, b) => a - b);
  }
}

/**
 * @param removed the removed runs of the flow whose records are still there
 * @param read of these, those that a command reads: what they refer to is needed, too
 * @param gone other runs that will not be there, for who only wants to know
 */
export async function neededOf(
  store: Pick<Store, 'kv'>,
  flow: string,
  removed: ReadonlySet<number>,
  read: Iterable<number>,
): Promise<Needed> {
  const needed = new Needed();
  if (removed.size === 0) return needed;
  const found: [TaskAddress, number][] = [];
  const note = (row: TaskRow, run: number, by: number) => {
    for (const task of elsewhere(row, run))
      if (removed.has(task.run) && needed.add(task, by)) found.push([task, by]);
  };
  const readers = new Set(read);
  for await (const run of [...(await referring(store, flow, removed)), ...readers])
    for await (const [, value] of scan(store.kv, prefixRange(keys.tasks(flow, run))))
      note(fromJson<TaskRow>(value) as TaskRow, run, run);
  // What is needed may refer further.
  for (let next = found.splice(0); next.length > 0; next = found.splice(0)) {
    const rows = await valuesOf(
      store.kv,
      next.map(([{ run, step, task }]) => keys.task(flow, run, step, task)),
    );
    for (const [i, [{ run }, by]] of next.entries()) {
      const row = fromJson<TaskRow>(rows[i]);
      if (row) note(row, run, by);
    }
  }
  return needed;
}

/** Only a run that took tasks over refers to others. */
async function referring(
  store: Pick<Store, 'kv'>,
  flow: string,
  removed: ReadonlySet<number>,
): Promise<number[]> {
  const runs: number[] = [];
  for await (const [, value] of scan(store.kv, prefixRange(keys.runs(flow)))) {
    const row = fromJson<RunRow>(value) as RunRow;
    if (!removed.has(row.run) && refersToOthers(row)) runs.push(row.run);
  }
  return runs;
}

/** The tasks of other runs of the store that a task refers to. */
function elsewhere(row: TaskRow, run: number): TaskAddress[] {
  const others = [row.base, row.origin].filter((one) => one !== undefined);
  return [...new Set([...row.parents, ...others, ...Object.values(row.inherited)])].flatMap((label) => {
    const { flow, run: other } = parseLabel(label);
    return other === undefined || flow !== undefined || other === run ? [] : [taskOf(run, label)];
  });
}
