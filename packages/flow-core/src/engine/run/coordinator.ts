/**
 * Drives a run: gives planned tasks to the pool, and decides what each outcome leads to. Long, because it
 * is one state machine: what a task's end leads to depends on all the rest of its state.
 */
import { FlowError, isFlowError } from '../../definition/errors';
import type { StepNode } from '../../definition/graph';
import { Heap } from '../../process/heap';
import type { ArtifactRecord, ErrorRecord } from '../../store/rows/rows';
import { type Job, jobOf } from '../pool/job';
import type { Installed } from '../pool/packages';
import type { Pool } from '../pool/pool';
import type { Takeover } from '../resume/takeover';
import { fromRecord, toRecord } from '../task/error-record';
import type { TaskAddress, TaskCounts } from '../task/flow-event';
import type { Planned } from '../task/place';
import { Rates } from '../task/rate';
import { mayRetry, retryAdvice, retryTimes, retryWait } from '../task/retry';
import type { TaskOutcome, TaskResult } from '../task/task';
import { RunCards } from './cards';
import { caughtResult } from './caught';
import { endingOf, unrecordedEnd } from './ending';
import type { RunOptions, RunOutcome } from './options';
import { Planner } from './planner';
import { type ActiveTask, poolHost, specOf } from './pool-host';
import { type Caught, type NumberedTask, Recorder, type Timed } from './recorder';
import { Retries } from './retries';
import { addressing } from './task-address';

type Failed = TaskOutcome & { status: 'failed' };

/** How often rows of tasks under way and pieces of logs are written. Milliseconds. */
const TICK_MS = 200;

export class Coordinator {
  readonly #options: RunOptions;
  readonly #params: [string, ArtifactRecord][];
  readonly #recorder: Recorder;
  readonly #planner: Planner;
  readonly #cards: RunCards;
  readonly #address: (task: NumberedTask) => TaskAddress;
  readonly #begun = performance.now();
  /** npm packages of steps, and where they are. */
  readonly #packages: ReadonlyMap<string, Installed>;
  readonly #active = new Map<Job, ActiveTask>();
  readonly #tasks: TaskCounts = { done: 0, failed: 0 };
  #pool: Pool | undefined;
  readonly #retries = new Retries();
  readonly #rates: Rates;
  readonly #heap = new Heap();
  /** Caught tasks that are being recorded. */
  #catching = 0;
  #finish: () => void = () => {};
  #error: ErrorRecord | undefined;
  #stopped = false;

  constructor(
    options: RunOptions,
    run: number,
    params: [string, ArtifactRecord][],
    packages: ReadonlyMap<string, Installed>,
  ) {
    this.#options = options;
    this.#packages = packages;
    this.#params = params;
    this.#recorder = new Recorder(options, run, (error) => this.#stop(error));
    this.#cards = new RunCards(options, this.#recorder, params);
    this.#rates = new Rates(options.graph, () => this.#pool?.wake());
    this.#planner = new Planner(options, this.#recorder, packages, this.#rates, {
      stopped: () => this.#stopped || this.#bailed,
      moved: () => {
        if (this.#stopped) return;
        this.#pool?.wake();
        this.#finishIfDone();
      },
      broken: (error) => this.#stop(error),
    });
    const { views } = this.#recorder;
    options.reuse?.begin({
      params,
      view: (label) => views.view(label),
      knows: (label) => views.has(label),
    });
    this.#address = addressing(this.#run);
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
      this.#stop(
        isFlowError(signal?.reason)
          ? signal.reason
          : new FlowError('FLOW_INTERRUPTED', 'The run was interrupted.', { exit: 1 }),
      );
    signal?.addEventListener('abort', interrupt);
    try {
      this.#pool = this.#options.pool(
        poolHost(this.#options, {
          params: this.#params,
          recorder: this.#recorder,
          ready: this.#planner.ready,
          active: this.#active,
          address: this.#address,
          cards: this.#cards,
          stopped: () => this.#stopped,
          pull: (kind) => this.#pull(kind),
          finished: (job, outcome) => this.#finished(job, outcome),
          broken: (error) => this.#stop(error),
        }),
      );
      if (this.#pool.here) tick.unref();
      if (this.#options.takeover) await this.#takeOver(this.#options.takeover);
      else this.#plan(() => this.#planner.start());
      if (signal?.aborted) interrupt();
      this.#finishIfDone();
      await finished;
      await this.#pool.close();
    } finally {
      clearInterval(tick);
      this.#rates.close();
      signal?.removeEventListener('abort', interrupt);
    }
    return this.#close();
  }

  #pull(kind?: string): Job | undefined {
    const task = this.#stopped ? undefined : this.#planner.ready.pull(kind);
    if (!task) return undefined;
    const spec = specOf(task, this.#options);
    const { step } = task;
    const on = this.#options.on?.(step);
    const job = jobOf(this.#node(task), spec, this.#packages.get(step), this.#rates.of(step), on);
    this.#active.set(job, { ...task, since: 0, recorded: false });
    return job;
  }

  #finished(job: Job, outcome: TaskOutcome): void {
    const task = this.#active.get(job);
    if (!task) return;
    this.#active.delete(job);
    const { emit } = this.#options;
    this.#cards.ended({ task, address: this.#address(task), outcome }, this.#node(task));
    if (outcome.status === 'done') {
      this.#done(task, outcome, outcome.result);
      emit({ type: 'task-done', task: this.#address(task), durationMs: outcome.durationMs });
    } else if (this.#isTriedAgain(task, outcome)) {
      this.#retry(task, outcome);
    } else if (this.#node(task).options.catch !== undefined && !this.#stopped) {
      void this.#caught(task, outcome);
    } else this.#failed(task, outcome);
    this.#finishIfDone();
  }

  #finishIfDone(): void {
    const left = this.#active.size + this.#retries.size + this.#catching + this.#planner.ready.size;
    if (left === 0 && !this.#planner.looking) this.#finish();
  }

  /** Records a finished task, and plans what it makes possible. */
  #done(task: NumberedTask, timed: Timed, result: TaskResult, caught?: Caught): void {
    this.#recorder.done(task, timed, result, caught);
    this.#tasks.done++;
    this.#plan(() => this.#planner.done(task, result, this.#bailed));
  }

  /** Since a task failed, no other may begin. */
  get #bailed(): boolean {
    return (
      this.#options.bail === true && (this.#tasks.failed > 0 || this.#planner.limits.refused !== undefined)
    );
  }

  /** @param plan Returns whether it made tasks ready. */
  #plan(plan: () => boolean): void {
    try {
      const isMore = plan();
      if (this.#bailed) this.#planner.ready.clear();
      else if (isMore) this.#pool?.wake();
    } catch (error) {
      if (!isFlowError(error)) throw error;
      this.#stop(error);
    }
  }

  async #takeOver(takeover: Takeover): Promise<void> {
    try {
      await this.#planner.takeOver(takeover, () => this.#stopped);
      this.#pool?.wake();
    } catch (error) {
      if (!isFlowError(error)) throw error;
      this.#stop(error);
    }
  }

  #failed(task: NumberedTask, outcome: Failed): void {
    const { durationMs, failure } = outcome;
    const { error } = failure;
    this.#tasks.failed++;
    this.#error ??= error;
    this.#recorder.failed(task, outcome, error);
    this.#planner.over(task);
    this.#options.emit({
      type: 'task-failed',
      task: this.#address(task),
      durationMs,
      error,
    });
    if (this.#options.bail) this.#planner.ready.clear();
  }

  /** An error of the engine, such as that its worker was killed, is thrown here: nobody was asked about it yet. */
  #isTriedAgain(task: NumberedTask, { failure }: Failed): boolean {
    const node = this.#node(task);
    if (this.#stopped || !mayRetry(node, task.attempt)) return false;
    if (!failure.advice) {
      const { error, ...advice } = retryAdvice(node, failure.thrown ?? fromRecord(failure.error));
      failure.advice = advice;
      if (error) failure.error = toRecord(error);
    }
    return failure.advice.no !== true;
  }

  #retry(task: NumberedTask, { startedAt, durationMs, failure: { error, advice } }: Failed): void {
    const { emit } = this.#options;
    const { options } = this.#node(task);
    const waitMs = retryWait(options, task.attempt, advice?.afterMs);
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
      this.#planner.again(again);
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
    this.#heap.tidy();
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
    const { refused } = this.#planner.limits;
    if (refused) this.#error ??= toRecord(refused);
    const { status, error } = endingOf(this.#error, this.#planner.ended, this.#planner.wanted);
    const durationMs = performance.now() - this.#begun;
    const { takeover, reuse } = this.#options;
    const tasks = {
      ...this.#tasks,
      ...(takeover ? { taken: takeover.size } : {}),
      ...(reuse ? { reused: reuse.size } : {}),
    };
    await this.#cards.settled();
    try {
      await this.#recorder.end(status, durationMs, tasks, await this.#options.git, error);
    } catch (failure) {
      throw await unrecordedEnd(failure, this.#options.store, this.#recorder.row, (error) =>
        this.#recorder.endWithoutRoom(durationMs, error),
      );
    }
    const outcome = { status, durationMs, tasks, ...(error ? { error } : {}) };
    this.#options.emit({ type: 'run-done', ...this.#run, ...outcome });
    const { flow, run } = this.#recorder.row;
    return { pathspec: this.#options.unrecorded ? flow : `${flow}/${run}`, run, ...outcome };
  }

  /** The run as events name it. */
  get #run(): { flow: string; run?: number } {
    const { flow, run } = this.#recorder.row;
    return this.#options.unrecorded ? { flow } : { flow, run };
  }
}
