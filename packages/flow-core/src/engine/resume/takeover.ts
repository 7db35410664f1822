/** Takes finished tasks over from an earlier run by reference. Nothing is copied. */
import { isFlowError } from '../../definition/errors';
import { ancestors, type Graph } from '../../definition/graph';
import type { RunRow, TaskRow } from '../../store/rows/rows';
import type { Store } from '../../store/store';
import { visibleNames } from '../record/task-rows';
import { formatLabel, labelOf, stepOf, wholeLabel } from '../task/label';
import { type Planned, stackKey } from '../task/place';
import type { LostTasks } from './lost-tasks';

export interface TakeoverOptions {
  graph: Graph;
  store: Store;
  origin: RunRow;
  /** Execute this step again, and what follows it. */
  from?: string;
  /** The run stops there. */
  until?: string;
  /** Parameters whose values differ from the origin's: tasks that read one are executed again. */
  changed: ReadonlySet<string>;
  lost?: LostTasks;
}

/** Rows that are kept from the first reading. Of a larger run the others are read again, a batch at a time. */
const AT_HAND = 1000;

export class Takeover {
  readonly origin: RunRow;
  readonly #store: Store;
  readonly #from: string | undefined;
  readonly #changed: ReadonlySet<string>;
  /** The origin's finished tasks by step and place: their rows, or their numbers. */
  readonly #finished = new Map<string, Map<PlaceKey, TaskRow | number>>();
  /** Labels of this run's tasks that were taken over. */
  readonly #taken = new Set<string>();
  #size = 0;
  #atHand = 0;
  /** Steps with a finished task that was not taken over because of the parameters it read. */
  readonly affected = new Map<string, string[]>();
  /** What the origin has lost, by step: its tasks are executed again. */
  readonly lost: ReadonlyMap<string, readonly string[]>;

  private constructor({ store, origin, from, changed, lost }: TakeoverOptions) {
    this.lost = lost?.steps ?? new Map();
    this.#store = store;
    this.origin = origin;
    this.#from = from;
    this.#changed = changed;
  }

  static async of(options: TakeoverOptions): Promise<Takeover> {
    const takeover = new Takeover(options);
    for (const step of reachedSteps(options)) {
      try {
        await takeover.#read(step, options);
      } catch (error) {
        // What is executed in any case need not be whole.
        if (!isFlowError(error) || error.code !== 'FLOW_STORE_CORRUPT' || !isExecuted(options, step))
          throw error;
      }
    }
    return takeover;
  }

  /** @throws FlowError FLOW_STORE_CORRUPT; then nothing of the step is taken over */
  async #read(step: string, { store, origin, lost }: TakeoverOptions): Promise<void> {
    const places = new Map<PlaceKey, TaskRow | number>();
    for await (const row of store.tasks(origin.flow, origin.run, step)) {
      if (row.status !== 'done' || lost?.tasks.has(labelOf(row))) continue;
      places.set(placeKey(row), this.#atHand++ < AT_HAND ? row : row.task);
    }
    if (places.size > 0) this.#finished.set(step, places);
  }

  /** How many tasks were taken over so far. */
  get size(): number {
    return this.#size;
  }

  /** Whether tasks of a step with these parents can be taken over: all before them was, and none is to be executed again. */
  mayTake({ step, parents, base }: Pick<Planned, 'step' | 'parents' | 'base'>): boolean {
    const before = parentsOf({ parents, base });
    return step !== this.#from && this.#finished.has(step) && before.every((label) => this.#taken.has(label));
  }

  /** The origin's finished tasks at the same places. */
  async rowsOf(tasks: readonly Planned[]): Promise<(TaskRow | undefined)[]> {
    const found = tasks.map((task) => this.#finished.get(task.step)?.get(placeKey(task)));
    const away = tasks.flatMap(({ step }, i) => {
      const task = found[i];
      return typeof task === 'number' ? [{ i, step, task }] : [];
    });
    const rows = found.map((row) => (typeof row === 'number' ? undefined : row));
    if (away.length === 0) return rows;
    const read = await this.#store.taskRows(this.origin.flow, this.origin.run, away);
    for (const [n, { i }] of away.entries()) rows[i] = read[n];
    return rows;
  }

  /** Takes the origin's task at the same place over, where the task {@link mayTake}. Returns whether it did. */
  take(task: Planned & { label: string }, row: TaskRow): boolean {
    if (!sameParents(row, task)) return false;
    const read = readOf(row, this.#changed);
    if (read.length > 0) {
      this.affected.set(task.step, read);
      return false;
    }
    this.#taken.add(task.label);
    this.#size++;
    return true;
  }

  /** Forgets what it knows of tasks: no more are taken over. */
  release(): void {
    this.#finished.clear();
    this.#taken.clear();
  }

  /** The artifacts that the origin's task shows, each with its owner, `run/step/task`, in its order. */
  view(row: TaskRow): [name: string, at: string][] {
    const { run } = this.origin;
    return visibleNames(labelOf(row), row).map(([name, at]) => [name, wholeLabel(run, at)]);
  }

  /** The task that executed: the origin may have taken it over itself. */
  source(row: TaskRow): string {
    return row.origin ?? formatLabel({ run: this.origin.run, step: row.step, task: row.task });
  }
}

/** The steps that a run reaches which stops at one of them. */
export function reachedSteps({ graph, until }: Pick<TakeoverOptions, 'graph' | 'until'>): string[] {
  const wanted = until === undefined ? graph.steps : ancestors(graph, until);
  return [...graph.steps.keys()].filter((step) => wanted.has(step));
}

/** Whether a step is executed again as a whole, since one before it is. */
export const isExecuted = ({ graph, from }: Pick<TakeoverOptions, 'graph' | 'from'>, step: string): boolean =>
  from !== undefined && (step === from || ancestors(graph, step).has(from));

/** The changed parameters that a task has read. A row without reads, such as that of a caught failure, may have read any of them. */
export const readOf = ({ reads }: Pick<TaskRow, 'reads'>, changed: ReadonlySet<string>): string[] =>
  (reads ? (reads.params ?? []) : [...changed]).filter((name) => changed.has(name));

/** The tasks that must have been taken over before one can be. */
export const parentsOf = ({ parents, base }: Pick<Planned, 'parents' | 'base'>): readonly string[] =>
  base === undefined ? parents : [base];

/** The split of the one foreach around a task; a text where there are other numbers of them, or iterations. */
type PlaceKey = number | string;

function placeKey({
  stack,
  iteration,
}: {
  stack: readonly { index: number }[];
  iteration?: number;
}): PlaceKey {
  const [only] = stack;
  if (only && stack.length === 1 && iteration === undefined) return only.index;
  return `${stackKey(stack)}|${iteration ?? ''}`;
}

/** Whether the task had the same parents. If the flow was rewired since, it read something else. */
function sameParents(row: TaskRow, task: Planned): boolean {
  return (
    row.parents.length === task.parents.length &&
    row.parents.every((label, i) => stepOf(label) === stepOf(task.parents[i] as string)) &&
    (row.base && stepOf(row.base)) === (task.base && stepOf(task.base)) &&
    row.branches?.join() === task.branches?.join()
  );
}
