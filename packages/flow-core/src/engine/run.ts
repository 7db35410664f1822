/** run: a new run of a whole flow, from start to end, everything recorded. */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { FlowError, isFlowError } from '../definition/errors';
import { children, type Graph, type StepNode } from '../definition/graph';
import type { Parameters } from '../definition/params';
import { packageVersion } from '../package-root';
import { encodeArtifact, listLength } from '../store/artifacts';
import type { Op } from '../store/kv';
import type { ArtifactRecord, ErrorRecord, GitState, RunRow, Status, TaskRow } from '../store/rows';
import { record, type Store } from '../store/store';
import { fromRecord, toRecord } from './error-record';
import type { Emit, TaskCounts } from './events';
import { Journal } from './journal';
import { TaskLogs } from './logs';
import { retryTimes, retryWait, timeoutOf } from './policies';
import type { Job, Pool, PoolHost } from './pool';
import { type Planned, Scheduler } from './scheduler';
import type { RunContext, TaskOutcome, TaskResult } from './task';
import { Views } from './views';

export interface RunOptions {
  graph: Graph;
  store: Store;
  params: Parameters;
  user: string;
  namespace: string;
  tags: string[];
  /** Facts about the code, for the record. */
  code?: string;
  file?: string;
  git?: Promise<GitState | undefined>;
  cwd: string;
  emit: Emit;
  /** For the record and for people: at most so many tasks at once. */
  workers: number;
  pool(host: PoolHost): Pool;
  /** Start no task after the first failure. */
  bail?: boolean;
  /** Aborted when the run is to end early: Ctrl-C. */
  signal?: AbortSignal;
}

export interface RunOutcome {
  pathspec: string;
  run: number;
  status: Status;
  durationMs: number;
  tasks: TaskCounts;
  error?: ErrorRecord;
}

/** A task that is on its way: planned, then given to a worker, then finished. */
interface Active extends Planned {
  number: number;
  label: string;
  attempt: number;
  /** The attempts that failed before. */
  attempts: NonNullable<TaskRow['attempts']>;
}

type Timed = Pick<TaskOutcome, 'startedAt' | 'durationMs'>;
type Failed = TaskOutcome & { status: 'failed' };
interface Caught {
  error: ErrorRecord;
  /** Names that the step would have returned. */
  absent: string[];
}

/** How often rows of tasks under way and pieces of logs are written. Milliseconds. */
const TICK_MS = 200;

export async function runFlow(options: RunOptions): Promise<RunOutcome> {
  const { graph, store } = options;
  const params: [string, ArtifactRecord][] = [];
  for (const [name, value] of Object.entries(options.params.parsed)) {
    params.push([name, await encodeArtifact(name, value, store.cas)]);
  }
  const run = await store.claimRun(graph.flow, randomUUID());
  return new Coordinator(options, run, params).execute();
}

class Coordinator {
  readonly #options: RunOptions;
  readonly #run: number;
  readonly #row: RunRow;
  readonly #params: [string, ArtifactRecord][];
  readonly #scheduler: Scheduler;
  readonly #journal: Journal;
  readonly #views: Views;
  readonly #logs: TaskLogs;
  readonly #begun = performance.now();
  readonly #ready: Active[] = [];
  #taken = 0;
  readonly #active = new Map<Job, Active & { since: number; recorded: boolean }>();
  readonly #tasks: TaskCounts = { done: 0, failed: 0 };
  #numbers = 0;
  #pool: Pool | undefined;
  /** Failed tasks that wait for their next attempt, and caught ones that are being recorded. */
  readonly #retrying = new Set<NodeJS.Timeout>();
  #catching = 0;
  #finish: () => void = () => {};
  #error: ErrorRecord | undefined;
  #stopped = false;

  constructor(options: RunOptions, run: number, params: [string, ArtifactRecord][]) {
    const { graph, store, user, namespace, tags } = options;
    this.#options = options;
    this.#run = run;
    this.#params = params;
    this.#scheduler = new Scheduler(graph);
    this.#journal = new Journal(store, (error) => this.#stop(error));
    this.#views = new Views(graph.flow, run, store, () => this.#journal.settled());
    this.#logs = new TaskLogs(graph.flow, run, this.#journal);
    this.#row = {
      flow: graph.flow,
      run,
      status: 'running',
      user,
      namespace,
      tags,
      systemTags: [`user:${user}`],
      startedAt: Date.now(),
      given: options.params.given,
      pid: process.pid,
      host: hostname(),
      node: process.version,
      version: packageVersion(),
      steps: [...graph.steps.values()].map(({ name, kind }) => ({ name, kind })),
      ...(options.code === undefined ? {} : { code: options.code }),
      ...(options.file === undefined ? {} : { file: options.file }),
    };
  }

  async execute(): Promise<RunOutcome> {
    const { graph, emit, signal, workers } = this.#options;
    const pathspec = `${graph.flow}/${this.#run}`;
    this.#journal.add(
      ...record.run(this.#row),
      ...this.#params.map(([name, value]) =>
        record.artifact({ flow: graph.flow, run: this.#run, step: 'params', task: 0, name }, value),
      ),
    );
    emit({ type: 'run-started', pathspec, steps: this.#row.steps, workers });
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
      await finished;
      await this.#pool.close();
    } finally {
      clearInterval(tick);
      signal?.removeEventListener('abort', interrupt);
    }
    return this.#close(pathspec);
  }

  #host(): PoolHost {
    const { graph, user, namespace, tags, cwd, emit } = this.#options;
    const run: RunContext = {
      flow: graph.flow,
      run: String(this.#run),
      user,
      namespace,
      tags,
      params: this.#params,
      cwd,
    };
    return {
      run,
      pull: () => this.#pull(),
      pending: () => (this.#stopped ? 0 : this.#ready.length - this.#taken),
      view: (label) => this.#views.view(label),
      started: (job) => {
        const task = this.#active.get(job);
        if (!task) return;
        task.since = Date.now();
        emit({ type: 'task-started', pathspec: this.#pathspec(task), step: task.step });
      },
      log: (job, stream, text) => {
        const task = this.#active.get(job);
        if (!task) return;
        this.#logs.add(task.step, task.number, task.attempt, stream, text);
        emit({ type: 'task-log', pathspec: this.#pathspec(task), step: task.step, stream, text });
      },
      finished: (job, outcome) => this.#finished(job, outcome),
      broken: (error) => this.#stop(error),
    };
  }

  #plan(tasks: Planned[]): void {
    const bailed = this.#options.bail === true && this.#tasks.failed > 0;
    if (tasks.length === 0 || bailed) return;
    const counts = new Map<string, number>();
    for (const task of tasks) {
      const number = ++this.#numbers;
      this.#ready.push({ ...task, number, label: `${task.step}/${number}`, attempt: 0, attempts: [] });
      counts.set(task.step, (counts.get(task.step) ?? 0) + 1);
    }
    for (const [step, count] of counts) this.#options.emit({ type: 'tasks-planned', step, count });
    this.#pool?.wake();
  }

  #pull(): Job | undefined {
    if (this.#stopped || this.#taken >= this.#ready.length) return undefined;
    const task = this.#ready[this.#taken] as Active;
    this.#ready[this.#taken++] = undefined as never;
    if (this.#taken === this.#ready.length) {
      this.#ready.length = 0;
      this.#taken = 0;
    }
    const node = this.#node(task);
    const timeoutMs = timeoutOf(node.options);
    const job: Job = {
      spec: {
        step: task.step,
        task: String(task.number),
        attempt: task.attempt,
        parents: task.parents,
        stack: task.stack,
        ...(task.as ? { as: task.as } : {}),
        ...(task.iteration === undefined ? {} : { iteration: task.iteration }),
      },
      isolate: node.options.isolate === true,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      views: [...task.parents, ...task.stack.map(({ of }) => of)],
    };
    this.#active.set(job, { ...task, since: 0, recorded: false });
    return job;
  }

  #finished(job: Job, outcome: TaskOutcome): void {
    const task = this.#active.get(job);
    if (!task) return;
    this.#active.delete(job);
    const { emit } = this.#options;
    const pathspec = this.#pathspec(task);
    const logs = this.#logs.take(task.step, task.number);
    if (outcome.status === 'done') {
      this.#done(task, outcome, outcome.result, logs);
      emit({ type: 'task-done', pathspec, step: task.step, durationMs: outcome.durationMs });
    } else if (task.attempt < retryTimes(this.#node(task).options) && !this.#stopped) {
      this.#retry(task, outcome, logs);
    } else if (this.#node(task).options.catch !== undefined && !this.#stopped) {
      void this.#caught(task, outcome, logs);
    } else this.#failed(task, outcome, logs);
    this.#finishIfDone();
  }

  #finishIfDone(): void {
    const left = this.#active.size + this.#retrying.size + this.#catching + this.#ready.length - this.#taken;
    if (left === 0) this.#finish();
  }

  /** A finished task, its artifacts and its logs: one batch. Then what it makes possible. */
  #done(
    task: Active,
    { startedAt, durationMs }: Timed,
    result: TaskResult,
    logs: Op[],
    caught?: Caught,
  ): void {
    const { graph } = this.#options;
    const node = this.#node(task);
    const inherits = node.kind !== 'join' && node.kind !== 'gather';
    const hidden = [...(node.options.drop ?? []), ...(caught?.absent ?? [])];
    // A step that catches and did not have to leaves its error's name undefined, whatever was upstream.
    if (node.options.catch !== undefined && !caught) hidden.push(node.options.catch);
    this.#views.add(
      task.label,
      inherits ? task.parents[0] : undefined,
      result.own,
      result.references,
      hidden,
    );
    const row: TaskRow = {
      ...this.#taskRow(task, 'done', startedAt, durationMs),
      own: result.own.map(([name]) => name),
      ...(node.options.drop ? { dropped: [...node.options.drop] } : {}),
      view: this.#views.inherited(task.label),
      ...(result.verdict === undefined ? {} : { verdict: result.verdict }),
      ...(result.more === undefined ? {} : { more: result.more }),
      ...(caught ? { error: caught.error } : {}),
    };
    const ops: Op[] = result.own.map(([name, artifact]) =>
      record.artifact(
        { flow: graph.flow, run: this.#run, step: task.step, task: task.number, name },
        artifact,
      ),
    );
    this.#journal.add(...logs, ...ops, record.task(graph.flow, this.#run, row));
    this.#tasks.done++;
    const { counts, verdict, more } = result;
    this.#plan(
      this.#scheduler.after({
        ...task,
        counts,
        ...(verdict === undefined ? {} : { verdict }),
        ...(more === undefined ? {} : { more }),
      }),
    );
  }

  #failed(task: Active, { startedAt, durationMs, failure }: Failed, logs: Op[]): void {
    const { error, thrown } = failure;
    this.#tasks.failed++;
    this.#error ??= error;
    const row = { ...this.#taskRow(task, 'failed', startedAt, durationMs), error };
    this.#journal.add(...logs, record.task(this.#options.graph.flow, this.#run, row));
    this.#options.emit({
      type: 'task-failed',
      pathspec: this.#pathspec(task),
      step: task.step,
      durationMs,
      error,
      thrown,
    });
    if (this.#options.bail) this.#ready.length = this.#taken = 0;
  }

  #retry(task: Active, { startedAt, durationMs, failure: { error } }: Failed, logs: Op[]): void {
    const { graph, emit } = this.#options;
    const { options } = this.#node(task);
    const waitMs = retryWait(options, task.attempt);
    const attempts = [...task.attempts, { startedAt, durationMs: Math.round(durationMs), error }];
    const again: Active = { ...task, attempt: task.attempt + 1, attempts };
    this.#journal.add(
      ...logs,
      record.task(graph.flow, this.#run, this.#taskRow(again, 'running', startedAt)),
    );
    const { attempt } = task;
    const times = retryTimes(options);
    emit({
      type: 'task-retried',
      pathspec: this.#pathspec(task),
      step: task.step,
      attempt,
      times,
      waitMs,
      error,
    });
    const timer = setTimeout(() => {
      this.#retrying.delete(timer);
      this.#ready.push(again);
      this.#pool?.wake();
    }, waitMs);
    this.#retrying.add(timer);
  }

  /** The step counts as done, with the error as its only artifact; the names that it would have returned are absent. */
  async #caught(task: Active, outcome: Failed, logs: Op[]): Promise<void> {
    const node = this.#node(task);
    const { error } = outcome.failure;
    this.#catching++;
    try {
      const { returnedNames } = await import('../source/returned');
      const name = node.options.catch as string;
      const own: [string, ArtifactRecord][] = [
        [name, await encodeArtifact(name, fromRecord(error), this.#options.store.cas)],
      ];
      const absent = (node.body ? returnedNames(node.body) : []).filter((n) => n !== name);
      const counts = this.#countsBehind(task, node, absent);
      this.#done(task, outcome, { own, references: [], counts }, logs, { error, absent });
      const { durationMs } = outcome;
      this.#options.emit({
        type: 'task-caught',
        pathspec: this.#pathspec(task),
        step: task.step,
        durationMs,
        error,
      });
    } catch (thrown) {
      this.#failed(task, { ...outcome, failure: { error: toRecord(thrown), thrown } }, logs);
    } finally {
      this.#catching--;
      this.#finishIfDone();
    }
  }

  /** For foreaches after a caught step: the lists that it inherited. @throws FlowError FLOW_FOREACH_LIST */
  #countsBehind(task: Active, node: StepNode, absent: readonly string[]): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { node: child } of children(this.#options.graph, node.name)) {
      if (child.kind !== 'foreach') continue;
      const over = child.over as string;
      const inherits = node.kind !== 'join' && node.kind !== 'gather' && !absent.includes(over);
      const type = inherits ? this.#views.typeOf(task.parents[0] as string, over) : undefined;
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

  #taskRow(task: Active, status: Status, startedAt: number, durationMs?: number): TaskRow {
    return {
      step: task.step,
      task: task.number,
      kind: this.#node(task).kind,
      status,
      attempt: task.attempt,
      ...(task.attempts.length > 0 ? { attempts: task.attempts } : {}),
      parents: task.parents,
      ...(task.as ? { as: task.as } : {}),
      stack: task.stack,
      ...(task.iteration === undefined ? {} : { iteration: task.iteration }),
      startedAt,
      ...(durationMs === undefined ? {} : { durationMs: Math.round(durationMs * 1000) / 1000 }),
      own: [],
      view: {},
    };
  }

  /** Tasks that take long get a row while they are under way, and their logs so far. */
  #tick(): void {
    this.#logs.flush();
    const before = Date.now() - TICK_MS;
    for (const task of this.#active.values()) {
      if (task.recorded || task.since === 0 || task.since > before) continue;
      task.recorded = true;
      this.#journal.add(
        record.task(this.#options.graph.flow, this.#run, this.#taskRow(task, 'running', task.since)),
      );
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

  async #close(pathspec: string): Promise<RunOutcome> {
    const status: Status = this.#error ? 'failed' : 'done';
    const durationMs = performance.now() - this.#begun;
    const git = await this.#options.git;
    this.#logs.flush();
    const row: RunRow = {
      ...this.#row,
      status,
      durationMs: Math.round(durationMs),
      tasks: this.#tasks,
      ...(git ? { git } : {}),
      ...(this.#error ? { error: this.#error } : {}),
    };
    this.#journal.add(...record.run(row));
    await this.#journal.flush();
    this.#options.emit({ type: 'run-done', pathspec, status, durationMs, tasks: this.#tasks });
    const error = this.#error;
    return { pathspec, run: this.#run, status, durationMs, tasks: this.#tasks, ...(error ? { error } : {}) };
  }

  #pathspec(task: Active): string {
    return `${this.#options.graph.flow}/${this.#run}/${task.label}`;
  }
}
