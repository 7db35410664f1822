/**
 * Drives a run: gives planned tasks to the pool, and decides what each outcome leads to. Long, because it
 * is one state machine: what a task's end leads to depends on all the rest of its state.
 */
import { FlowError, isFlowError } from '../../definition/errors';
import { ancestors, type StepNode } from '../../definition/graph';
import type { ArtifactRecord, ErrorRecord } from '../../store/rows';
import { type Job, jobOf } from '../pool/job';
import type { Installed } from '../pool/packages';
import type { Pool } from '../pool/pool';
import { toRecord } from '../task/error-record';
import type { TaskAddress, TaskCounts } from '../task/events';
import type { Planned } from '../task/place';
import { retryTimes, retryWait } from '../task/policies';
import type { TaskOutcome, TaskResult } from '../task/task';
import { caughtResult } from './caught';
import { endingOf } from './ending';
import type { RunOptions, RunOutcome } from './options';
import { type ActiveTask, poolHost, specOf } from './pool-host';
import { ReadyTasks } from './ready-tasks';
import { type Caught, type NumberedTask, Recorder, type Timed } from './recorder';
import { Retries } from './retries';
import { decided, Scheduler } from './scheduler';
import { addressing, notHanded } from './task-address';

type Failed = TaskOutcome & { status: 'failed' };

/** How often rows of tasks under way and pieces of logs are written. Milliseconds. */
const TICK_MS = 200;

export class Coordinator {
  readonly #options: RunOptions;
  readonly #params: [string, ArtifactRecord][];
  readonly #scheduler: Scheduler;
  readonly #recorder: Recorder;
  readonly #address: (task: NumberedTask) => TaskAddress;
  /** With `until`: the steps to execute. */
  readonly #wanted: ReadonlySet<string> | undefined;
  readonly #begun = performance.now();
  readonly #ready = new ReadyTasks<NumberedTask>();
  /** npm packages of steps, and where they are. */
  readonly #packages: ReadonlyMap<string, Installed>;
  readonly #active = new Map<Job, ActiveTask>();
  readonly #tasks: TaskCounts = { done: 0, failed: 0 };
  #numbers = 0;
  #pool: Pool | undefined;
  readonly #retries = new Retries();
  /** Caught tasks that are being recorded. */
  #catching = 0;
  #finish: () => void = () => {};
  #error: ErrorRecord | undefined;
  #stopped = false;
  /** The step `end` is done. */
  #ended = false;

  constructor(
    options: RunOptions,
    run: number,
    params: [string, ArtifactRecord][],
    packages: ReadonlyMap<string, Installed>,
  ) {
    this.#options = options;
    this.#packages = packages;
    this.#params = params;
    this.#scheduler = new Scheduler(options.graph);
    this.#recorder = new Recorder(options, run, (error) => this.#stop(error));
    this.#address = addressing(this.#run);
    if (options.until !== undefined) this.#wanted = ancestors(options.graph, options.until);
  }

  async execute(): Promise<RunOutcome> {
    const { emit, signal, workers } = this.#options;
    this.#recorder.begin(this.#params);
    emit({ type: 'run-started', ...this.#run, steps: this.#recorder.row.steps, workers });
    const finished = new Promise<void>((resolve) => {
      this.#finish = resolve;
    });
    const tick = setInterval(() => this.#tick(), TICK_MS);
    const interrupt = () =>
      this.#stop(new FlowError('FLOW_INTERRUPTED', 'The run was interrupted.', { exit: 1 }));
    signal?.addEventListener('abort', interrupt);
    try {
      this.#pool = this.#options.pool(
        poolHost(this.#options, {
          params: this.#params,
          recorder: this.#recorder,
          ready: this.#ready,
          active: this.#active,
          address: this.#address,
          stopped: () => this.#stopped,
          pull: (kind) => this.#pull(kind),
          finished: (job, outcome) => this.#finished(job, outcome),
          broken: (error) => this.#stop(error),
        }),
      );
      this.#plan([this.#scheduler.start()]);
      if (signal?.aborted) interrupt();
      this.#finishIfDone();
      await finished;
      await this.#pool.close();
    } finally {
      clearInterval(tick);
      signal?.removeEventListener('abort', interrupt);
    }
    return this.#close();
  }

  /** Numbers tasks and makes them ready; those that the origin can stand for are done at once, and what follows them. */
  #plan(tasks: Planned[]): void {
    const bailed = this.#options.bail === true && this.#tasks.failed > 0;
    if (tasks.length === 0 || bailed) return;
    const { emit, takeover, only, graph } = this.#options;
    const planned = new Map<string, number>();
    const taken = new Map<string, number>();
    const todo = [...tasks];
    for (let at = 0; at < todo.length; at++) {
      const next = todo[at] as Planned;
      if (this.#wanted && !this.#wanted.has(next.step)) continue;
      const number = ++this.#numbers;
      const task = { ...next, number, label: `${next.step}/${number}`, attempt: 0, attempts: [] };
      const row = takeover?.take(task);
      const counts = row ? taken : planned;
      counts.set(task.step, (counts.get(task.step) ?? 0) + 1);
      if (row && takeover) {
        this.#ended ||= task.step === 'end';
        this.#recorder.takenOver(task, row, takeover.view(row), takeover.source(row));
        todo.push(...this.#scheduler.after({ ...task, ...decided(row) }));
      } else if (only !== undefined && task.step !== only) {
        this.#stop(notHanded(graph.flow, task, only));
        return;
      } else this.#await(task);
    }
    for (const [step, count] of taken) emit({ type: 'tasks-taken', step, count });
    for (const [step, count] of planned) emit({ type: 'tasks-planned', step, count });
    this.#pool?.wake();
  }

  #await(task: NumberedTask): void {
    this.#ready.push(this.#packages.get(task.step)?.folder ?? '', task);
  }

  #pull(kind?: string): Job | undefined {
    const task = this.#stopped ? undefined : this.#ready.pull(kind);
    if (!task) return undefined;
    const spec = specOf(task, this.#options);
    const job = jobOf(this.#node(task), spec, this.#packages.get(task.step));
    this.#active.set(job, { ...task, since: 0, recorded: false });
    return job;
  }

  #finished(job: Job, outcome: TaskOutcome): void {
    const task = this.#active.get(job);
    if (!task) return;
    this.#active.delete(job);
    const { emit } = this.#options;
    if (outcome.status === 'done') {
      this.#done(task, outcome, outcome.result);
      emit({ type: 'task-done', task: this.#address(task), durationMs: outcome.durationMs });
    } else if (task.attempt < retryTimes(this.#node(task).options) && !this.#stopped) {
      this.#retry(task, outcome);
    } else if (this.#node(task).options.catch !== undefined && !this.#stopped) {
      void this.#caught(task, outcome);
    } else this.#failed(task, outcome);
    this.#finishIfDone();
  }

  #finishIfDone(): void {
    const left = this.#active.size + this.#retries.size + this.#catching + this.#ready.size;
    if (left === 0) this.#finish();
  }

  /** Records a finished task, and plans what it makes possible. */
  #done(task: NumberedTask, timed: Timed, result: TaskResult, caught?: Caught): void {
    this.#recorder.done(task, timed, result, caught);
    this.#ended ||= task.step === 'end';
    this.#tasks.done++;
    this.#plan(this.#scheduler.after({ ...task, ...decided(result) }));
  }

  #failed(task: NumberedTask, outcome: Failed): void {
    const { durationMs, failure } = outcome;
    const { error } = failure;
    this.#tasks.failed++;
    this.#error ??= error;
    this.#recorder.failed(task, outcome, error);
    this.#options.emit({
      type: 'task-failed',
      task: this.#address(task),
      durationMs,
      error,
    });
    if (this.#options.bail) this.#ready.clear();
  }

  #retry(task: NumberedTask, { startedAt, durationMs, failure: { error } }: Failed): void {
    const { emit } = this.#options;
    const { options } = this.#node(task);
    const waitMs = retryWait(options, task.attempt);
    const attempts = [...task.attempts, { startedAt, durationMs: Math.round(durationMs), error }];
    const again: NumberedTask = { ...task, attempt: task.attempt + 1, attempts };
    this.#recorder.attempted(again, startedAt);
    const { attempt } = task;
    const times = retryTimes(options);
    emit({
      type: 'task-retried',
      task: this.#address(task),
      attempt,
      times,
      waitMs,
      error,
    });
    this.#retries.after(waitMs, () => {
      this.#await(again);
      this.#pool?.wake();
    });
  }

  /** The step counts as done, with the error as its only artifact. */
  async #caught(task: NumberedTask, outcome: Failed): Promise<void> {
    const { durationMs, failure } = outcome;
    const { error } = failure;
    this.#catching++;
    try {
      const { graph, store, emit } = this.#options;
      const parts = { graph, cas: store.cas, views: this.#recorder.views };
      const { result, absent } = await caughtResult(task, error, parts);
      this.#done(task, outcome, result, { error, absent });
      emit({ type: 'task-caught', task: this.#address(task), durationMs, error });
    } catch (thrown) {
      this.#failed(task, { ...outcome, failure: { error: toRecord(thrown), thrown } });
    } finally {
      this.#catching--;
      this.#finishIfDone();
    }
  }

  #node({ step }: Planned): StepNode {
    return this.#options.graph.steps.get(step) as StepNode;
  }

  /** Tasks that take long get a row while they are under way, and their logs so far. */
  #tick(): void {
    this.#recorder.flushLogs();
    const before = Date.now() - TICK_MS;
    for (const task of this.#active.values()) {
      if (task.recorded || task.since === 0 || task.since > before) continue;
      task.recorded = true;
      this.#recorder.running(task, task.since);
    }
  }

  /** Ends the run before its end: what is under way is recorded as failed with this error. */
  #stop(error: unknown): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#retries.clear();
    this.#error ??= toRecord(error);
    const at = Date.now();
    for (const [job, task] of [...this.#active]) {
      if (task.since === 0) this.#active.delete(job);
      else {
        const failure = { error: toRecord(error), ...(isFlowError(error) ? { thrown: error } : {}) };
        this.#finished(job, {
          startedAt: task.since,
          durationMs: at - task.since,
          status: 'failed',
          failure,
        });
      }
    }
    this.#finish();
  }

  async #close(): Promise<RunOutcome> {
    const { status, error } = endingOf(this.#error, this.#ended, this.#wanted);
    const durationMs = performance.now() - this.#begun;
    const taken = this.#options.takeover?.size;
    const tasks = { ...this.#tasks, ...(taken === undefined ? {} : { taken }) };
    await this.#recorder.end(status, durationMs, tasks, await this.#options.git, error);
    const outcome = { status, durationMs, tasks, ...(error ? { error } : {}) };
    this.#options.emit({ type: 'run-done', ...this.#run, ...outcome });
    const { flow, run } = this.#recorder.row;
    return { pathspec: this.#options.anonymous ? flow : `${flow}/${run}`, run, ...outcome };
  }

  /** The run as events name it. */
  get #run(): { flow: string; run?: number } {
    const { flow, run } = this.#recorder.row;
    return this.#options.anonymous ? { flow } : { flow, run };
  }
}
