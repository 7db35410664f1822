/** Tasks in worker processes. A worker that dies fails the task that it was at, and nothing else. */
import { type ChildProcess, fork } from 'node:child_process';
import { FlowError } from '../definition/errors';
import { packageFile } from '../package-root';
import { toRecord } from './error-record';
import type { Job, Pool, PoolHost } from './pool';
import type { TaskOutcome } from './task';
import type { FromWorker, ToWorker } from './worker-protocol';

/** Work handed to a worker ahead of time, in milliseconds: hides the round trip of quick tasks, keeps slow ones apart. */
const AHEAD_MS = 20;
const AHEAD_TASKS = 64;
/** Views that a worker holds before it is told to begin anew. */
const VIEWS = 512;

interface Worker {
  child: ChildProcess;
  /** Given and not finished, oldest first: the first one is the one under way. */
  jobs: Job[];
  sent: Set<string>;
  isolated: boolean;
  /** A worker that was reused cannot be the fresh one that `isolate` asks for. */
  used: boolean;
  /** Waiting for views to be read from the store. */
  filling: boolean;
}

export interface ProcessPoolOptions {
  file: string;
  flow: string;
  cas: string;
  max: number;
  host: PoolHost;
}

export class ProcessPool implements Pool {
  readonly #options: ProcessPoolOptions;
  readonly #workers = new Set<Worker>();
  /** How long a step's tasks take, on the average of late. Milliseconds. */
  readonly #pace = new Map<string, number>();
  #held: Job | undefined;
  /** Given to a worker that died before it came to them. */
  readonly #returned: Job[] = [];
  #closed = false;

  constructor(options: ProcessPoolOptions) {
    this.#options = options;
  }

  /** Starts the first worker, before there is anything to do: it imports the flow meanwhile. */
  warm(): void {
    if (this.#workers.size === 0) this.#spawn();
  }

  wake(): void {
    if (this.#closed) return;
    for (const worker of this.#workers) void this.#fill(worker);
    while (this.#workers.size < this.#options.max) {
      const job = this.#next();
      if (!job) return;
      const worker = this.#spawn();
      this.#held = job;
      void this.#fill(worker);
      if (this.#held === job) return;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    const gone = [...this.#workers].map(
      ({ child }) =>
        new Promise<void>((resolve) => {
          if (child.exitCode !== null || child.signalCode !== null) resolve();
          else child.once('close', () => resolve());
          child.kill('SIGKILL');
        }),
    );
    await Promise.all(gone);
  }

  #next(): Job | undefined {
    const held = this.#held;
    this.#held = undefined;
    return held ?? this.#returned.shift() ?? this.#options.host.pull();
  }

  async #fill(worker: Worker): Promise<void> {
    if (worker.filling || this.#closed) return;
    worker.filling = true;
    try {
      const jobs: Job[] = [];
      while (worker.jobs.length + jobs.length < this.#room(worker, jobs)) {
        const job = this.#next();
        if (!job) break;
        if (job.isolate ? worker.used || jobs.length > 0 : worker.isolated) {
          this.#held = job;
          break;
        }
        jobs.push(job);
        worker.used = true;
        if (job.isolate) worker.isolated = true;
      }
      if (jobs.length > 0) await this.#give(worker, jobs);
      if (this.#held?.isolate && worker.used && worker.jobs.length === 0) this.#retire(worker);
    } catch (error) {
      this.#options.host.broken(error);
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
      const view = this.#options.host.view(label);
      views.views.push([label, [...(view instanceof Promise ? await view : view).entries]]);
    }
    if (worker.jobs.length === 0) this.#options.host.started(jobs[0] as Job);
    worker.jobs.push(...jobs);
    send(worker.child, views);
  }

  #spawn(): Worker {
    const { file, flow, cas, host } = this.#options;
    const child = fork(packageFile('dist/worker.js'), [file, flow], {
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      execArgv: [],
      env: { ...process.env, FORCE_COLOR: process.env.FORCE_COLOR ?? (process.stdout.isTTY ? '1' : '0') },
    });
    const worker: Worker = { child, jobs: [], sent: new Set(), isolated: false, used: false, filling: false };
    this.#workers.add(worker);
    send(child, { type: 'start', run: host.run, cas });
    child.on('message', (message: FromWorker) => this.#hear(worker, message));
    for (const stream of ['stdout', 'stderr'] as const) {
      // What bypasses the worker's own streams: processes that a step starts, and Node's last words.
      child[stream]?.setEncoding('utf8').on('data', (text: string) => {
        const job = worker.jobs[0];
        if (job) host.log(job, stream, text);
      });
    }
    child.on('error', () => child.kill('SIGKILL'));
    child.on('close', (code, signal) => this.#buried(worker, code, signal));
    return worker;
  }

  #hear(worker: Worker, message: FromWorker): void {
    if (this.#closed) return;
    const { host } = this.#options;
    switch (message.type) {
      case 'broken':
        return host.broken(message.error);
      case 'log': {
        const job = worker.jobs[0];
        if (job) host.log(job, message.stream, message.text);
        return;
      }
      case 'outcomes':
        for (const outcome of message.outcomes) this.#finish(worker, outcome);
        if (worker.jobs.length > 0) host.started(worker.jobs[0] as Job);
        if (worker.isolated) this.#retire(worker);
        this.wake();
    }
  }

  #finish(worker: Worker, outcome: TaskOutcome): void {
    const job = worker.jobs.shift() as Job;
    const before = this.#pace.get(job.spec.step) ?? outcome.durationMs;
    this.#pace.set(job.spec.step, Math.max(0.01, before * 0.8 + outcome.durationMs * 0.2));
    this.#options.host.finished(job, outcome);
  }

  #retire(worker: Worker): void {
    this.#workers.delete(worker);
    if (worker.child.connected) worker.child.disconnect();
  }

  /** Its first task was under way and failed with it; the others go back, untouched. */
  #buried(worker: Worker, code: number | null, signal: string | null): void {
    this.#workers.delete(worker);
    if (this.#closed) return;
    const [job, ...others] = worker.jobs.splice(0);
    if (job) {
      const how = signal ? `was killed by ${signal}` : `exited with code ${code}`;
      const error = new FlowError(
        'FLOW_WORKER_DIED',
        `The worker process ${how} in the middle of the task.`,
        { exit: 1 },
      );
      this.#options.host.finished(job, {
        startedAt: Date.now(),
        durationMs: 0,
        status: 'failed',
        failure: { error: toRecord(error), thrown: error },
      });
    }
    this.#returned.push(...others);
    this.wake();
  }
}

function send(child: ChildProcess, message: ToWorker): void {
  if (child.connected) child.send(message, () => {});
}
