/** A step of a run: its tasks, and its place in the flow at that time. */
import type { StepKind } from '../definition/graph';
import { noTask, noTasks } from '../engine/task/not-found';
import type { Scope } from './scope';
import { Task } from './task';
import type { RunView, StepView, TaskCard, Untyped } from './types';

/** A step of a run. It is iterable: `for await (const task of step)`. */
export class Step<A> implements StepView<A> {
  readonly name: string;
  readonly #scope: Scope;

  constructor(scope: Scope, name: string) {
    this.#scope = scope;
    this.name = name;
  }

  get run(): RunView<Untyped> {
    return this.#scope.run;
  }
  /** `movies/12/train` */
  get pathspec(): string {
    return `${this.#scope.run.pathspec}/${this.name}`;
  }
  get kind(): StepKind {
    return this.#node.kind;
  }

  /** The steps that it followed at that time. */
  parents(): Step<Untyped>[] {
    return (this.#node.after ?? []).map((name) => new Step(this.#scope, name));
  }

  /** The steps that followed it at that time. */
  children(): Step<Untyped>[] {
    const after = this.#scope.row.steps.filter((step) => step.after?.includes(this.name));
    return after.map(({ name }) => new Step(this.#scope, name));
  }

  /** In a resumed run: the same step of the run that it took tasks over from. Undefined if that lacks the step. */
  async origin(): Promise<StepView<Untyped> | undefined> {
    const origin = await this.#scope.run.origin();
    return origin?.steps().find(({ name }) => name === this.name);
  }

  /** A task by its number, by default the first. @throws FlowError FLOW_TASK_NOT_FOUND */
  async task(number?: number): Promise<Task<A>> {
    const { store, row: run } = this.#scope;
    if (number === undefined) {
      const first = await store.firstTask(run.flow, run.run, this.name);
      if (first) return new Task(this.#scope, first);
      throw noTasks(this.pathspec);
    }
    const row = Number.isSafeInteger(number)
      ? await store.task(run.flow, run.run, this.name, number)
      : undefined;
    if (row) return new Task(this.#scope, row);
    throw noTask({ flow: run.flow, run: run.run, step: this.name, task: number }, await this.#firstNumbers());
  }

  /** The tasks, in the order of their numbers. */
  async *tasks(): AsyncGenerator<Task<A>, void, undefined> {
    const { store, row: run } = this.#scope;
    for await (const row of store.tasks(run.flow, run.run, this.name)) yield new Task(this.#scope, row);
  }

  /** The cards that its tasks have together (`card.shared('progress')`), with what each of them showed so far. */
  async cards(): Promise<TaskCard[]> {
    return (await import('./cards')).cardsOfStep(this.#scope, this.name);
  }

  [Symbol.asyncIterator](): AsyncGenerator<Task<A>, void, undefined> {
    return this.tasks();
  }

  async #firstNumbers(): Promise<number[]> {
    const numbers: number[] = [];
    for await (const { number } of this.tasks()) if (numbers.push(number) > 5) break;
    return numbers;
  }

  get #node() {
    return this.#scope.row.steps.find(({ name }) => name === this.name) as Scope['row']['steps'][number];
  }
}
