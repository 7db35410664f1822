/** Drives a run: gives planned tasks to the pool, and decides what each outcome leads to. */
import { FlowError, isFlowError } from '../../definition/errors';
import { ancestors, children, passesOn, type StepNode } from '../../definition/graph';
import { encodeArtifact, listLength } from '../../store/artifacts';
import type { ArtifactRecord, ErrorRecord, Status, TaskRow } from '../../store/rows';
import type { Installed } from '../pool/packages';
import type { Job, Pool, PoolHost } from '../pool/pool';
import { fromRecord, toRecord } from '../task/error-record';
import type { TaskAddress, TaskCounts } from '../task/events';
import { type Planned, stackKey } from '../task/place';
import { retryTimes, retryWait, timeoutOf } from '../task/policies';
import type { RunContext, TaskOutcome, TaskResult } from '../task/task';
import type { RunOptions, RunOutcome } from './options';
import { ReadyTasks } from './ready-tasks';
import { type Caught, type NumberedTask, Recorder, type Timed } from './recorder';
import { type Finished, Scheduler } from './scheduler';

type Failed = TaskOutcome & { status: 'failed' };

/** How often rows of tasks under way and pieces of logs are written. Milliseconds. */
const TICK_MS = 200;

export class Coordinator {
  readonly #options: RunOptions;
  readonly #params: [string, ArtifactRecord][];
  readonly #scheduler: Scheduler;
  readonly #recorder: Recorder;
  /** With `until`: the steps to execute. */
  readonly #wanted: ReadonlySet<string> | undefined;
  readonly #begun = performance.now();
  readonly #ready = new ReadyTasks<NumberedTask>();
  /** npm packages of steps, and where they are. */
  readonly #packages: ReadonlyMap<string, Installed>;
  readonly #active = new Map<Job, NumberedTask & { since: number; recorded: boolean }>();
  readonly #tasks: TaskCounts = { done: 0, failed: 0 };
  #numbers = 0;
  #pool: Pool | undefined;
  /** Failed tasks that wait for their next attempt, and caught ones that are being recorded. */
  readonly #retrying = new Set<NodeJS.Timeout>();
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
      this.#pool = this.#options.pool(this.#host());
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

  #host(): PoolHost {
    const { graph, user, namespace, tags, cwd, emit, takeover } = this.#options;
    const { anonymous } = this.#options;
    const run: RunContext = {
      flow: graph.flow,
      run: anonymous ? 'spin' : String(this.#recorder.row.run),
      user,
      namespace,
      tags,
      params: this.#params,
      cwd,
      ...(takeover && !anonymous ? { origin: `${graph.flow}/${takeover.origin.run}` } : {}),
    };
    return {
      run,
      pull: (kind) => this.#pull(kind),
      pending: (kind) => (this.#stopped ? 0 : this.#ready.waiting(kind)),
      kinds: () => (this.#stopped ? [] : this.#ready.kinds()),
      view: (label) => this.#recorder.views.view(label),
      started: (job) => {
        const task = this.#active.get(job);
        if (!task) return;
        task.since = Date.now();
        emit({ type: 'task-started', task: this.#address(task) });
      },
      log: (job, stream, text) => {
        const task = this.#active.get(job);
        if (!task) return;
        this.#recorder.log(task, stream, text);
        emit({ type: 'task-log', task: this.#address(task), stream, text });
      },
      finished: (job, outcome) => this.#finished(job, outcome),
      late: (task, text) => emit({ type: 'task-went-on', task, text }),
      broken: (error) => this.#stop(error),
    };
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
        todo.push(...this.#scheduler.after({ ...task, counts: {}, ...outcomeOf(row) }));
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
    const node = this.#node(task);
    const timeoutMs = timeoutOf(node.options);
    const packages = this.#packages.get(task.step);
    const job: Job = {
      spec: {
        step: task.step,
        task: String(task.number),
        ...(this.#options.anonymous ? { shown: 'spin' } : {}),
        attempt: task.attempt,
        parents: task.parents,
        stack: task.stack,
        ...(task.branches ? { branches: task.branches } : {}),
        ...(task.iteration === undefined ? {} : { iteration: task.iteration }),
      },
      isolate: node.options.isolate === true,
      ...(packages ? { packages } : {}),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      views: [...task.parents, ...task.stack.map(({ shownBy }) => shownBy)],
    };
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
    const left = this.#active.size + this.#retrying.size + this.#catching + this.#ready.size;
    if (left === 0) this.#finish();
  }

  /** Records a finished task, and plans what it makes possible. */
  #done(task: NumberedTask, timed: Timed, result: TaskResult, caught?: Caught): void {
    this.#recorder.done(task, timed, result, caught);
    this.#ended ||= task.step === 'end';
    this.#tasks.done++;
    this.#plan(this.#scheduler.after({ ...task, counts: {}, ...outcomeOf(result) }));
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
    const timer = setTimeout(() => {
      this.#retrying.delete(timer);
      this.#await(again);
      this.#pool?.wake();
    }, waitMs);
    this.#retrying.add(timer);
  }

  /** The step counts as done, with the error as its only artifact; the names that it would have returned are absent. */
  async #caught(task: NumberedTask, outcome: Failed): Promise<void> {
    const node = this.#node(task);
    const { error } = outcome.failure;
    this.#catching++;
    try {
      const { returnedNames } = await import('../../source/returned');
      const name = node.options.catch as string;
      const stored: [string, ArtifactRecord][] = [
        [name, await encodeArtifact(name, fromRecord(error), this.#options.store.cas)],
      ];
      const absent = (node.body ? await returnedNames(node.body) : []).filter((n) => n !== name);
      const counts = await this.#countsBehind(task, node, absent);
      this.#done(task, outcome, { stored, references: [], counts, reads: {} }, { error, absent });
      const { durationMs } = outcome;
      this.#options.emit({
        type: 'task-caught',
        task: this.#address(task),
        durationMs,
        error,
      });
    } catch (thrown) {
      this.#failed(task, { ...outcome, failure: { error: toRecord(thrown), thrown } });
    } finally {
      this.#catching--;
      this.#finishIfDone();
    }
  }

  /** For foreaches after a caught step: the lists that it inherited. @throws FlowError FLOW_FOREACH_LIST */
  async #countsBehind(
    task: NumberedTask,
    node: StepNode,
    absent: readonly string[],
  ): Promise<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const { node: child } of children(this.#options.graph, node.name)) {
      if (child.kind !== 'foreach') continue;
      const over = child.over as string;
      const inherits = passesOn(node) && !absent.includes(over);
      const type = inherits ? await this.#recorder.views.typeOf(task.parents[0] as string, over) : undefined;
      const count = listLength(type);
      if (!count) {
        const message = `The foreach "${child.name}" has nothing to split: "${node.name}" failed, and was caught, before it returned "${over}".`;
        throw new FlowError('FLOW_FOREACH_LIST', message, { exit: 1 });
      }
      counts[over] = count;
    }
    return counts;
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
    for (const timer of this.#retrying) clearTimeout(timer);
    this.#retrying.clear();
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
    if (!this.#error && !this.#ended && !this.#wanted) {
      const message =
        'The run came to a halt before its end, though no task failed: this is a defect of nx-flow.';
      this.#error = toRecord(new FlowError('FLOW_STALLED', message, { exit: 1 }));
    }
    const status: Status = this.#error
      ? 'failed'
      : this.#wanted && !this.#wanted.has('end')
        ? 'stopped'
        : 'done';
    const durationMs = performance.now() - this.#begun;
    const taken = this.#options.takeover?.size;
    const tasks = { ...this.#tasks, ...(taken === undefined ? {} : { taken }) };
    const error = this.#error;
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

  #address({ step, number, stack, iteration }: NumberedTask): TaskAddress {
    const run = this.#run;
    return {
      ...run,
      step,
      ...(run.run === undefined ? {} : { task: number }),
      index: stack.map(({ index }) => index),
      ...(iteration === undefined ? {} : { iteration }),
    };
  }
}

function notHanded(flow: string, { step, stack }: Planned, only: string): FlowError {
  const where = stack.length > 0 ? ` at split ${stackKey(stack)}` : '';
  return new FlowError(
    'FLOW_HANDOVER',
    `"${only}" needs "${step}"${where}, which handed nothing over there: execute "${step}" again, as \`nx-flow step ${flow} ${step}\`.`,
    { exit: 1 },
  );
}

/** What a finished task decided: which way it went, how it is split, whether it goes on. */
function outcomeOf({
  counts,
  case: chosen,
  continues,
}: Pick<TaskRow, 'counts' | 'case' | 'continues'>): Partial<Pick<Finished, 'counts' | 'case' | 'continues'>> {
  return {
    ...(counts ? { counts } : {}),
    ...(chosen === undefined ? {} : { case: chosen }),
    ...(continues === undefined ? {} : { continues }),
  };
}
