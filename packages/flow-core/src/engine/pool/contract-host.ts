/** The run that the contract of a pool works for: jobs that wait, and all that is said of them. */
import type { Graph, StepNode } from '../../definition/graph';
import type { TaskCard } from '../../definition/step-cards';
import type { RunContext, TaskName, TaskOutcome } from '../task/task';
import type { View, Visible } from '../task/view';
import { type Job, jobOf } from './job';
import type { PoolHost } from './pool';

export class ContractHost implements PoolHost {
  /** The one view that all tasks read. */
  static readonly LABEL = 'start/1';
  readonly run: RunContext;
  readonly shown = new Map<string, Visible>();
  /** Resolves with the first thing that is printed after its task's end. */
  readonly saidLate: Promise<{ task: string; text: string }>;
  /** Views come in promises. */
  slowly = false;
  readonly #graph: Graph;
  readonly #queue: Job[] = [];
  readonly #heard = new Map<Job, string[]>();
  readonly #outcomes = new Map<Job, { promise: Promise<TaskOutcome>; resolve(outcome: TaskOutcome): void }>();
  #late: (said: { task: string; text: string }) => void = () => {};
  #fail: (error: unknown) => void = () => {};
  /** Rejects when nothing can be executed any more. */
  readonly #broken: Promise<never>;
  #numbers = 0;

  constructor(graph: Graph, cwd: string) {
    this.#graph = graph;
    this.run = {
      flow: graph.flow,
      run: '1',
      user: 'tester',
      namespace: 'user:tester',
      tags: [],
      params: [],
      cwd,
    };
    this.saidLate = new Promise((resolve) => {
      this.#late = resolve;
    });
    this.#broken = new Promise((_, reject) => {
      this.#fail = reject;
    });
    this.#broken.catch(() => {});
  }

  add(step: string, { attempt = 0, index }: { attempt?: number; index?: number } = {}): Job {
    const shownBy = ContractHost.LABEL;
    const stack = index === undefined ? [] : [{ step, index, count: 64, over: 'list', shownBy }];
    const spec = { step, task: String(++this.#numbers), attempt, parents: [shownBy], stack };
    const job = jobOf(this.#graph.steps.get(step) as StepNode, spec, undefined);
    let resolve: (outcome: TaskOutcome) => void = () => {};
    const promise = new Promise<TaskOutcome>((done) => {
      resolve = done;
    });
    this.#outcomes.set(job, { promise, resolve });
    this.#heard.set(job, []);
    this.#queue.push(job);
    return job;
  }

  /** @throws what broke the pool */
  outcome(job: Job): Promise<TaskOutcome> {
    return Promise.race([this.#broken, this.#outcomes.get(job)?.promise as Promise<TaskOutcome>]);
  }

  /** What was said of a job: `started`, `stdout …`, `finished`. */
  heard(job: Job): string[] {
    return this.#heard.get(job) as string[];
  }

  pull(): Job | undefined {
    return this.#queue.shift();
  }

  pending(kind: string): number {
    return kind === '' ? this.#queue.length : 0;
  }

  kinds(): string[] {
    return this.#queue.length > 0 ? [''] : [];
  }

  view(label: string): View | Promise<View> {
    const view = { label, entries: new Map(this.shown) };
    return this.slowly ? new Promise((resolve) => setImmediate(resolve, view)) : view;
  }

  started(job: Job): void {
    this.heard(job).push('started');
  }

  log(job: Job, stream: 'stdout' | 'stderr', text: string): void {
    this.heard(job).push(`${stream} ${text}`);
  }

  card(job: Job, { id, document }: TaskCard): void {
    this.heard(job).push(`card ${id} ${JSON.stringify(document.blocks[0])}`);
  }

  finished(job: Job, outcome: TaskOutcome): void {
    this.heard(job).push('finished');
    this.#outcomes.get(job)?.resolve(outcome);
  }

  silent(): void {}

  late({ task }: TaskName, text: string): void {
    this.#late({ task, text });
  }

  broken(error: unknown): void {
    this.#fail(error);
  }
}
