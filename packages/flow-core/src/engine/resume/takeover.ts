/** Takes finished tasks over from an earlier run by reference. Nothing is copied. */
import { isFlowError } from '../../definition/errors';
import { ancestors, type Graph } from '../../definition/graph';
import type { RunRow, TaskRow } from '../../store/rows/rows';
import { firstTasks } from '../../store/rows/whole';
import type { Store } from '../../store/store';
import { visibleNames } from '../record/task-rows';
import { formatLabel, labelOf, stepOf, wholeLabel } from '../task/label';
import type { Planned } from '../task/place';
import type { LostTasks } from './lost-tasks';
import { OriginRows } from './origin-rows';

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

export class Takeover {
  readonly origin: RunRow;
  readonly #from: string | undefined;
  readonly #changed: ReadonlySet<string>;
  /** By step. */
  readonly #finished = new Map<string, OriginRows>();
  /** Labels of this run's tasks that were taken over. */
  readonly #taken = new Set<string>();
  #size = 0;
  /** Steps with a finished task that was not taken over because of the parameters it read. */
  readonly affected = new Map<string, string[]>();
  /** What the origin has lost, by step: its tasks are executed again. */
  readonly lost: ReadonlyMap<string, readonly string[]>;

  private constructor({ origin, from, changed, lost }: TakeoverOptions) {
    this.lost = lost?.steps ?? new Map();
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
    const first = await firstTasks(store, origin.flow, origin.run, step);
    if (first.length === 0) return;
    const isDone = (row: TaskRow) => row.status === 'done' && !lost?.tasks.has(labelOf(row));
    this.#finished.set(step, new OriginRows(store, origin, step, { first, isDone }));
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

  /** The origin's finished tasks at the same places. Each place is asked for once, one call after another. */
  async rowsOf(tasks: readonly Planned[]): Promise<(TaskRow | undefined)[]> {
    const rows: (TaskRow | undefined)[] = [];
    for (let from = 0, to = 0; from < tasks.length; from = to) {
      const { step } = tasks[from] as Planned;
      while (tasks[to]?.step === step) to++;
      const found = await this.#finished.get(step)?.at(tasks.slice(from, to));
      for (let i = from; i < to; i++) rows[i] = found?.[i - from];
    }
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

/** Whether the task had the same parents. If the flow was rewired since, it read something else. */
function sameParents(row: TaskRow, task: Planned): boolean {
  return (
    row.parents.length === task.parents.length &&
    row.parents.every((label, i) => stepOf(label) === stepOf(task.parents[i] as string)) &&
    (row.base && stepOf(row.base)) === (task.base && stepOf(task.base)) &&
    row.branches?.join() === task.branches?.join()
  );
}
