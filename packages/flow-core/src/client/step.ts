/** A step of a run: its tasks. */
import { FlowError } from '../definition/errors';
import type { RunRow } from '../store/rows';
import type { Store } from '../store/store';
import { Task } from './task';

export class Step<A> {
  readonly name: string;
  readonly #store: Store;
  readonly #run: RunRow;

  constructor(store: Store, run: RunRow, name: string) {
    this.#store = store;
    this.#run = run;
    this.name = name;
  }

  /** `movies/12/train` */
  get pathspec(): string {
    return `${this.#run.flow}/${this.#run.run}/${this.name}`;
  }

  /** A task by its number; without one, the first. @throws FlowError FLOW_TASK_NOT_FOUND */
  async task(number?: number): Promise<Task<A>> {
    if (number === undefined) {
      for await (const task of this.tasks()) return task;
      throw new FlowError(
        'FLOW_TASK_NOT_FOUND',
        `${this.pathspec} has no task: the run did not reach that step.`,
      );
    }
    const row = await this.#store.task(this.#run.flow, this.#run.run, this.name, number);
    if (row) return new Task(this.#store, this.#run, row);
    throw new FlowError('FLOW_TASK_NOT_FOUND', `There is no task ${this.pathspec}/${number}.`);
  }

  /** In the order of their numbers. */
  async *tasks(): AsyncGenerator<Task<A>, void, undefined> {
    for await (const row of this.#store.tasks(this.#run.flow, this.#run.run, this.name)) {
      yield new Task(this.#store, this.#run, row);
    }
  }
}
