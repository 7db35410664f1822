/** Tasks of other runs that a resumed run took over, and the tasks of its own that stand for them. */
import type { RunRow } from '../../store/rows/rows';
import type { Store } from '../../store/store';
import { type TaskAddress, taskOf } from '../task/label';
import { refersToOthers } from './refers';

interface StandIn {
  /** The number of the run's own task. */
  own: number;
  /** How many artifacts of the other one it shows. */
  shows: number;
}

export class StandIns {
  /** By the run, the step and the number of the task that executed: a task stands for one of the same step. */
  readonly #runs = new Map<number, Map<string, Map<number, StandIn>>>();

  private constructor() {}

  static async of(store: Store, row: RunRow): Promise<StandIns> {
    const standIns = new StandIns();
    if (!refersToOthers(row)) return standIns;
    const { flow, run } = row;
    for await (const { task, origin: label, inherited } of store.tasks(flow, run)) {
      if (label === undefined) continue;
      const shows = Object.values(inherited).filter((at) => at === label).length;
      standIns.#add(taskOf(run, label), { own: task, shows });
    }
    return standIns;
  }

  #add({ run, step, task }: TaskAddress, standIn: StandIn): void {
    const steps = this.#runs.get(run) ?? new Map<string, Map<number, StandIn>>();
    const tasks = steps.get(step) ?? new Map<number, StandIn>();
    this.#runs.set(run, steps.set(step, tasks.set(task, standIn)));
  }

  /** The runs that executed them. */
  runs(): number[] {
    return [...this.#runs.keys()];
  }

  /** Those of one step that a run executed: by their numbers there. */
  of(run: number, step: string): ReadonlyMap<number, StandIn> {
    return this.#runs.get(run)?.get(step) ?? new Map();
  }
}
