/** Tasks in worker processes. A worker that dies fails the task that it was at, and nothing else. */
import { fork } from 'node:child_process';
import { FlowError } from '../../definition/errors';
import { packageFile } from '../../environment/package-root';
import { onEnd } from '../process/on-end';
import { OrphanGuard } from '../process/orphan-guard';
import { toRecord } from '../task/error-record';
import { TIMEOUT_GRACE_MS, timeoutError } from '../task/policies';
import type { TaskOutcome } from '../task/task';
import { AHEAD_MS, AHEAD_TASKS } from './pace';
import type { Job, Pool, PoolHost } from './pool';
import type { FromWorker, ToWorker } from './protocol';
import { isLate, isStray, kindOf, send, VIEWS, type Worker } from './worker-process';

export interface ProcessPoolOptions {
  file: string;
  flow: string;
  cas: string;
  /** Where large values are written, if not there. */
  keep?: string;
  max: number;
  /** Options that were given for all steps. */
  with?: readonly string[];
}

export class ProcessPool implements Pool {
  readonly #options: ProcessPoolOptions;
  readonly #workers = new Set<Worker>();
  /** How long a step's tasks take, on the average of late. Milliseconds. */
  readonly #pace = new Map<string, number>();
  #host: PoolHost | undefined;
  /** Pulled, and not for the worker that it was pulled for. By kind. */
  readonly #held = new Map<string, Job>();
  /** Given to a worker that died before it came to them. */
  #returned: Job[] = [];
  readonly #orphans = new OrphanGuard();
  #balancing: NodeJS.Timeout | undefined;
  /** Why the flow did not load, where that was known before there was a run to tell. */
  #broken: { error: unknown } | undefined;
  #closed = false;

  constructor(options: ProcessPoolOptions) {
    this.#options = options;
  }

  /** Starts the first worker, before there is a run: it imports the flow while the coordinator does. */
  warm(): this {
    if (this.#workers.size === 0) this.#spawn('');
    return this;
  }

  /** The run that it works for. */
  attach(host: PoolHost): this {
    this.#host = host;
    for (const worker of this.#workers) this.#begin(worker, host);
    const broken = this.#broken;
    if (broken) setImmediate(() => host.broken(broken.error));
    return this;
  }

  wake(): void {
    const host = this.#host;
    if (this.#closed || !host) return;
    const idleFirst = [...this.#workers].sort((a, b) => a.jobs.length - b.jobs.length);
    for (const worker of idleFirst) void this.#fill(worker);
    for (const kind of this.#kinds(host)) this.#staff(kind, host);
    this.#balance();
  }

  /** Kinds of which tasks wait, the one that has waited longest first. */
  #kinds(host: PoolHost): Set<string> {
    return new Set([...this.#held.keys(), ...this.#returned.map(kindOf), ...host.kinds()]);
  }

  #waiting(kind: string, host: PoolHost): number {
    const returned = this.#returned.filter((job) => kindOf(job) === kind).length;
    return host.pending(kind) + returned + (this.#held.has(kind) ? 1 : 0);
  }

  /** A task waits for whoever is free first: a new worker takes its time to import the flow. */
  #staff(kind: string, host: PoolHost): void {
    const coming = [...this.#workers].filter((worker) => !worker.ready && worker.kind === kind).length;
    for (let n = this.#waiting(kind, host) - coming; n > 0; n--) {
      if (this.#workers.size >= this.#options.max && !this.#makeRoom(kind, host)) return;
      this.#spawn(kind);
    }
  }

  /** In the place of a worker of another kind: one that has nothing to do, or else the next one that is done. */
  #makeRoom(kind: string, host: PoolHost): boolean {
    const others = [...this.#workers].filter((worker) => worker.kind !== kind);
    const idle = others.find(
      (worker) => worker.jobs.length === 0 && !worker.filling && this.#waiting(worker.kind, host) === 0,
    );
    if (idle) {
      this.#retire(idle);
      return true;
    }
    const [oldest] = this.#kinds(host);
    const nobody = others.length === this.#workers.size && others.every(({ leaving }) => !leaving);
    const [least] = others.sort((a, b) => a.jobs.length - b.jobs.length);
    if (kind !== oldest || !nobody || !least) return false;
    least.leaving = true;
    if (least.jobs.length > 0 || least.filling) return false;
    this.#retire(least);
    return true;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#balancing);
    const gone = [...this.#workers].map(
      ({ child }) =>
        new Promise<void>((resolve) => {
          onEnd(child, () => resolve());
          child.kill('SIGKILL');
        }),
    );
    await Promise.all(gone);
    this.#orphans.close();
  }

  /** What was given ahead, to wait for a task that turns out slow, goes to a worker that has nothing to do. */
  #balance(): void {
    if (this.#balancing || this.#closed) return;
    const workers = [...this.#workers];
    const idle = workers.filter(({ ready, jobs, filling }) => ready && jobs.length === 0 && !filling);
    const queued = workers.filter(
      ({ jobs, returning, kind }) =>
        jobs.length > 1 &&
        !returning &&
        (workers.length < this.#options.max || idle.some((worker) => worker.kind === kind)),
    );
    if (queued.length === 0) return;
    for (const worker of queued.filter(isLate)) {
      worker.returning = true;
      send(worker.child, { type: 'return' });
    }
    this.#balancing = setTimeout(() => {
      this.#balancing = undefined;
      this.#balance();
    }, AHEAD_MS);
  }

  #next(kind: string): Job | undefined {
    const held = this.#held.get(kind);
    if (held) {
      this.#held.delete(kind);
      return held;
    }
    const at = this.#returned.findIndex((job) => kindOf(job) === kind);
    return at < 0 ? this.#host?.pull(kind) : this.#returned.splice(at, 1)[0];
  }

  async #fill(worker: Worker): Promise<void> {
    if (worker.filling || !worker.ready || this.#closed || isLate(worker)) return;
    if (worker.leaving) {
      if (worker.jobs.length === 0) this.#retire(worker);
      return;
    }
    worker.filling = true;
    try {
      const jobs: Job[] = [];
      // Quick tasks go in one message for many: a worker is given more when half of what it had is done.
      if (worker.jobs.length * 2 > this.#room(worker, jobs)) return;
      while (worker.jobs.length + jobs.length < this.#room(worker, jobs)) {
        const job = this.#next(worker.kind);
        if (!job) break;
        if (job.isolate ? worker.used || jobs.length > 0 : worker.isolated) {
          this.#held.set(worker.kind, job);
          break;
        }
        jobs.push(job);
        worker.used = true;
        if (job.isolate) worker.isolated = true;
      }
      if (jobs.length > 0) await this.#give(worker, jobs);
      if (this.#held.get(worker.kind)?.isolate && worker.used && worker.jobs.length === 0) {
        this.#retire(worker);
        this.wake();
      }
    } catch (error) {
      this.#host?.broken(error);
    } finally {
      worker.filling = false;
    }
  }

  /** How many tasks a worker may have at hand. One, unless tasks of their kind are quick. */
  #room(worker: Worker, jobs: Job[]): number {
    if (worker.isolated) return worker.jobs.length + jobs.length === 0 ? 1 : 0;
    const last = jobs.at(-1) ?? worker.jobs.at(-1);
    const pace = last && this.#pace.get(last.spec.step);
    return pace === undefined ? 1 : Math.max(1, Math.min(AHEAD_TASKS, Math.floor(AHEAD_MS / pace)));
  }

  async #give(worker: Worker, jobs: Job[]): Promise<void> {
    const host = this.#host as PoolHost;
    const reset = worker.sent.size > VIEWS;
    if (reset) worker.sent.clear();
    const views: ToWorker & { type: 'work' } = {
      type: 'work',
      reset,
      views: [],
      tasks: jobs.map(({ spec }) => spec),
    };
    for (const label of new Set(jobs.flatMap((job) => job.views))) {
      if (worker.sent.has(label)) continue;
      worker.sent.add(label);
      const view = host.view(label);
      views.views.push([label, [...(view instanceof Promise ? await view : view).entries]]);
    }
    if (!this.#workers.has(worker)) {
      // It died while views were read from the store: its tasks have not begun.
      this.#returned.push(...jobs);
      return this.wake();
    }
    worker.jobs.push(...jobs);
    this.#started(worker);
    send(worker.child, views);
  }

  #spawn(kind: string): Worker {
    const { file, flow } = this.#options;
    const given = JSON.stringify(this.#options.with ?? []);
    const child = fork(packageFile('dist/worker.js'), [file, flow, given, kind], {
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      execArgv: [],
      env: { ...process.env, FORCE_COLOR: process.env.FORCE_COLOR ?? (process.stdout.isTTY ? '1' : '0') },
    });
    const worker: Worker = {
      child,
      jobs: [],
      sent: new Set(),
      kind,
      leaving: false,
      isolated: false,
      used: false,
      filling: false,
      ready: false,
      begun: undefined,
      since: 0,
      deadline: undefined,
      expired: false,
      outcomes: [],
      returning: false,
    };
    this.#workers.add(worker);
    this.#orphans.watch(child);
    if (this.#host) this.#begin(worker, this.#host);
    child.on('message', (message: FromWorker) => this.#hear(worker, message));
    for (const stream of ['stdout', 'stderr'] as const) {
      // What bypasses the worker's own streams: processes that a step starts, and Node's last words.
      child[stream]?.setEncoding('utf8').on('data', (text: string) => {
        const job = worker.jobs[0];
        if (job) this.#host?.log(job, stream, text);
      });
    }
    child.on('error', () => child.kill('SIGKILL'));
    onEnd(child, (code, signal) => this.#buried(worker, code, signal));
    return worker;
  }

  #begin({ child }: Worker, { run }: PoolHost): void {
    const { cas, keep } = this.#options;
    send(child, { type: 'start', run, cas, ...(keep === undefined ? {} : { keep }) });
  }

  /** Its first task is the one under way. Told once, whoever notices first. */
  #started(worker: Worker): void {
    const [job] = worker.jobs;
    if (!job || job === worker.begun) return;
    worker.begun = job;
    worker.since = Date.now();
    if (job.timeoutMs !== undefined) {
      worker.deadline = setTimeout(() => {
        worker.expired = true;
        worker.child.kill('SIGKILL');
      }, job.timeoutMs + TIMEOUT_GRACE_MS);
    }
    this.#host?.started(job);
  }

  #hear(worker: Worker, message: FromWorker): void {
    const host = this.#host;
    if (this.#closed || !host) {
      worker.ready ||= message.type === 'ready';
      if (message.type === 'broken') this.#broken = { error: message.error };
      return;
    }
    switch (message.type) {
      case 'ready':
        worker.ready = true;
        this.wake();
        return;
      case 'broken':
        if (this.#workers.has(worker)) host.broken(message.error);
        return;
      case 'log': {
        const job = worker.jobs.find(({ spec }) => spec.task === message.task);
        if (job) host.log(job, message.stream, message.text);
        else if (message.task !== '') host.late(message.task, message.text);
        return;
      }
      case 'outcome':
        worker.outcomes.push(message.outcome);
        // What a child process of the task printed comes by a pipe: it is there, and is read before this.
        setImmediate(() => this.#settle(worker));
        return;
      case 'returned': {
        worker.returning = false;
        const back = worker.jobs.filter(({ spec }) => message.tasks.includes(spec.task));
        worker.jobs = worker.jobs.filter((job) => !back.includes(job));
        this.#returned.push(...back);
        this.wake();
      }
    }
  }

  #settle(worker: Worker): void {
    const outcomes = worker.outcomes.splice(0);
    if (outcomes.length === 0) return;
    for (const outcome of outcomes) {
      if (this.#closed || !this.#workers.has(worker)) return;
      this.#finish(worker, outcome);
      this.#started(worker);
      if (worker.isolated || isStray(outcome)) this.#retire(worker);
    }
    this.wake();
  }

  #finish(worker: Worker, outcome: TaskOutcome): void {
    clearTimeout(worker.deadline);
    const job = worker.jobs.shift() as Job;
    const before = this.#pace.get(job.spec.step) ?? outcome.durationMs;
    this.#pace.set(job.spec.step, Math.max(0.01, before * 0.8 + outcome.durationMs * 0.2));
    this.#host?.finished(job, outcome);
  }

  #retire(worker: Worker): void {
    this.#workers.delete(worker);
    this.#returned.push(...worker.jobs.splice(0));
    // Not asked to leave: what a timed out body still does there may never yield.
    worker.child.kill('SIGKILL');
  }

  /** Its first task was under way and failed with it; the others go back, untouched. */
  #buried(worker: Worker, code: number | null, signal: string | null): void {
    this.#settle(worker);
    const retired = !this.#workers.delete(worker);
    clearTimeout(worker.deadline);
    if (this.#closed) return;
    // Its tasks are where they belong already.
    if (retired) {
      this.wake();
      return;
    }
    const how = signal ? `was killed by ${signal}` : `exited with code ${code}`;
    if (!worker.ready) {
      const message = `A worker process ${how} while it imported the flow.`;
      this.#host?.broken(new FlowError('FLOW_WORKER_DIED', message, { exit: 1 }));
      return;
    }
    const [job, ...others] = worker.jobs.splice(0);
    if (job) {
      const error =
        worker.expired && job.timeoutMs !== undefined
          ? timeoutError(job.timeoutMs)
          : new FlowError('FLOW_WORKER_DIED', `The worker process ${how} in the middle of the task.`, {
              exit: 1,
            });
      const now = Date.now();
      const since = worker.since || now;
      this.#host?.finished(job, {
        startedAt: since,
        durationMs: now - since,
        status: 'failed',
        failure: { error: toRecord(error), thrown: error },
      });
    }
    this.#returned.push(...others);
    this.wake();
  }
}
