/** Takes finished tasks over from an earlier run by reference. Nothing is copied. */
import type { RunRow, TaskRow } from '../../store/rows';
import type { Store } from '../../store/store';
import { visibleNames } from '../record/task-rows';
import { formatLabel, labelOf, parseLabel, taskOf } from '../task/label';
import { type Planned, stackKey } from '../task/place';

export interface TakeoverOptions {
  store: Store;
  origin: RunRow;
  /** Execute this step again, and what follows it. */
  from?: string;
  /** Parameters whose values differ from the origin's: tasks that read one are executed again. */
  changed: ReadonlySet<string>;
}

export class Takeover {
  readonly origin: RunRow;
  readonly #from: string | undefined;
  readonly #changed: ReadonlySet<string>;
  readonly #rows = new Map<string, TaskRow>();
  /** Labels of this run's tasks that were taken over. */
  readonly #taken = new Set<string>();
  /** Steps with a finished task that was not taken over because of the parameters it read. */
  readonly affected = new Map<string, string[]>();

  private constructor({ origin, from, changed }: TakeoverOptions) {
    this.origin = origin;
    this.#from = from;
    this.#changed = changed;
  }

  static async of(options: TakeoverOptions): Promise<Takeover> {
    const takeover = new Takeover(options);
    const { flow, run } = options.origin;
    for await (const row of options.store.tasks(flow, run)) {
      if (row.status === 'done') takeover.#rows.set(placeKey(row), row);
    }
    return takeover;
  }

  /** How many tasks were taken over so far. */
  get size(): number {
    return this.#taken.size;
  }

  /** The origin's task at the same place, if it can be taken over: it and all tasks before it have finished. */
  take(task: Planned & { label: string }): TaskRow | undefined {
    if (task.step === this.#from || !task.parents.every((label) => this.#taken.has(label))) return undefined;
    const row = this.#rows.get(placeKey(task));
    if (!row || !sameParents(row, task)) return undefined;
    // A row without reads, such as that of a caught failure, may have read any of them.
    const read = (row.reads ? (row.reads.params ?? []) : [...this.#changed]).filter((name) =>
      this.#changed.has(name),
    );
    if (read.length > 0) {
      this.affected.set(task.step, read);
      return undefined;
    }
    this.#taken.add(task.label);
    return row;
  }

  /** The artifacts that the origin's task shows, each with its owner: name to `run/step/task`. */
  view(row: TaskRow): Record<string, string> {
    const whole = (label: string) => formatLabel(taskOf(this.origin.run, label));
    const names = visibleNames(labelOf(row), row);
    return Object.fromEntries(names.map(([name, at]) => [name, whole(at)]));
  }

  /** The task that executed: the origin may have taken it over itself. */
  source(row: TaskRow): string {
    return row.origin ?? formatLabel({ run: this.origin.run, step: row.step, task: row.task });
  }
}

type Place = { step: string; stack: readonly { index: number }[]; iteration?: number };

function placeKey({ step, stack, iteration }: Place): string {
  return `${step}|${stackKey(stack)}|${iteration ?? ''}`;
}

/** Whether the task had the same parents. If the flow was rewired since, it read something else. */
function sameParents(row: TaskRow, task: Planned): boolean {
  const steps = (labels: readonly string[]) => labels.map((label) => parseLabel(label).step).join();
  return steps(row.parents) === steps(task.parents) && row.branches?.join() === task.branches?.join();
}
