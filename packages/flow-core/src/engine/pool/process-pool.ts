/**
 * Tasks in worker processes: who gets a worker, and which. A worker that dies fails the task that it was at, and nothing else.
 * Long, because each choice of a worker weighs all the others.
 */

import { availableParallelism } from 'node:os';
import type { FlowError } from '../../definition/errors';
import { withoutHandles } from '../../definition/handles';
import { OrphanGuard } from '../../process/orphan-guard';
import { open } from '../task/rate';
import { ChangedNames } from './changed-names';
import { type Job, kindOf } from './job';
import { AHEAD_MS, Pace } from './pace';
import { Patience } from './patience';
import type { Pool, PoolHost } from './pool';
import { LOOK_MS } from './watchdog';
import type { WorkerListener } from './worker-listener';
import { WorkerProcess } from './worker-process';

export interface ProcessPoolOptions {
  file: string;
  flow: string;
  cas: string;
  /** The folder in which its processes import the flow; by default this process's. */
  cwd?: string;
  /** The CAS of the store of persisted spins, where the tasks are a spin's that is persisted. */
  persistedCas?: string;
  /** The most workers. */
  max: number;
  /**
   * How many workers may be importing the flow at once: the number of cores unless given. Importing is work for the
   * CPU: when many do it at once, none of them gets to its first task.
   */
  loading?: number;
  /** Options that were given for all steps. */
  with?: readonly string[];
  /** Options of the steps that are left out. */
  without?: readonly string[];
}

export class ProcessPool implements Pool {
  readonly #options: ProcessPoolOptions;
  readonly #loading: number;
  readonly #workers = new Set<WorkerProcess>();
  readonly #pace = new Pace();
  #host: PoolHost | undefined;
  /** Pulled for a worker that could not take it, by kind. */
  readonly #held = new Map<string, Job>();
  /** Given to a worker that never began them. */
  #returned: Job[] = [];
  readonly #orphans = new OrphanGuard();
  /** By kind: tasks of other kinds say nothing about how long those of one kind wait. */
  readonly #patience = new Map<string, Patience>();
  readonly #changedNames = new ChangedNames();
  /** Of every worker that has not ended, with what its tasks had started. */
  readonly #endings = new Set<Promise<void>>();
  #balancing: NodeJS.Timeout | undefined;
  #looking: NodeJS.Timeout | undefined;
  /** Why the flow did not load, where that was known before there was a run. */
  #broken: { error: unknown } | undefined;
  #closed = false;

  constructor(options: ProcessPoolOptions) {
    this.#options = options;
    this.#loading = options.loading ?? availableParallelism();
  }

  /** Starts the first worker before there is a run: it imports the flow while the coordinator does. */
  warm(): this {
    if (this.#workers.size === 0) this.#spawn('', false);
    return this;
  }

  /** The run that it works for. */
  attach(host: PoolHost): this {
    this.#host = host;
    this.#looking = setInterval(() => {
      for (const worker of this.#workers) worker.look(performance.now());
    }, LOOK_MS).unref();
    for (const worker of this.#workers) worker.begin(host.run, this.#options);
    if (this.#broken) setImmediate(host.broken, this.#broken.error);
    return this;
  }

  wake(): void {
    const host = this.#host;
    if (this.#closed || !host) return;
    const idleFirst = [...this.#workers].sort((a, b) => a.size - b.size);
    for (const worker of idleFirst) void this.#fill(worker, host);
    for (const kind of this.#kinds(host)) this.#staff(kind, host);
    this.#balance();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#balancing);
    clearInterval(this.#looking);
    for (const patience of this.#patience.values()) patience.close();
    for (const worker of this.#workers) void worker.kill();
    await Promise.all(this.#endings);
    this.#orphans.close();
  }

  /** Kinds of which tasks wait, the one that has waited longest first. */
  #kinds(host: PoolHost): Set<string> {
    return new Set([...this.#held.keys(), ...open(this.#returned).map(kindOf), ...host.kinds()]);
  }

  #waiting(kind: string, host: PoolHost): number {
    const returned = open(this.#returned).filter((job) => kindOf(job) === kind).length;
    return host.pending(kind) + returned + (this.#held.has(kind) ? 1 : 0);
  }

  /**
   * Starts workers for tasks that wait: a few at a time, since the next ones start when these have imported the flow.
   * Until then a waiting task goes to the first worker that is free.
   */
  #staff(kind: string, host: PoolHost): void {
    const workers = [...this.#workers];
    const ours = workers.filter((worker) => worker.kind === kind);
    const loading = workers.filter(({ state }) => state === 'loading');
    const waiting = this.#waiting(kind, host);
    const wanted = waiting - loading.filter((worker) => worker.kind === kind).length;
    if (wanted <= 0 || (ours.length === workers.length && workers.length >= this.#options.max)) return;
    if (
      ours.some(({ state, shared }) => state !== 'leaving' && shared) &&
      !this.#patienceWith(kind).isOver(waiting)
    )
      return;
    for (let n = Math.min(wanted, this.#loading - loading.length); n > 0; n--) {
      if (this.#workers.size >= this.#options.max && !this.#makeRoom(kind, host)) return;
      this.#spawn(kind);
    }
  }

  #patienceWith(kind: string): Patience {
    const patience = this.#patience.get(kind) ?? new Patience(() => this.wake());
    this.#patience.set(kind, patience);
    return patience;
  }

  /** In the place of a worker of another kind: one that has nothing to do, or else the next one that is done. */
  #makeRoom(kind: string, host: PoolHost): boolean {
    const others = [...this.#workers].filter((worker) => worker.kind !== kind);
    const idle = others.find((worker) => worker.size === 0 && this.#waiting(worker.kind, host) === 0);
    if (idle) {
      this.#retire(idle);
      return true;
    }
    const [oldest] = this.#kinds(host);
    const noneLeaves =
      others.length === this.#workers.size && others.every(({ state }) => state !== 'leaving');
    const [least] = others.sort((a, b) => a.size - b.size);
    if (kind !== oldest || !noneLeaves || !least) return false;
    if (least.size > 0) {
      least.leave();
      return false;
    }
    this.#retire(least);
    return true;
  }

  /** What was given ahead, to wait for a task that turns out slow, goes to a worker that has nothing to do. */
  #balance(): void {
    if (this.#balancing || this.#closed) return;
    const workers = [...this.#workers];
    const idle = new Set(workers.filter(({ state }) => state === 'idle').map(({ kind }) => kind));
    const queued = workers.filter(
      ({ queued, kind }) => queued && (workers.length < this.#options.max || idle.has(kind)),
    );
    if (queued.length === 0) return;
    for (const worker of queued) worker.askBack();
    this.#balancing = setTimeout(() => {
      this.#balancing = undefined;
      this.#balance();
    }, AHEAD_MS);
  }

  async #fill(worker: WorkerProcess, host: PoolHost): Promise<void> {
    if (worker.state === 'leaving' && worker.size === 0) this.#retire(worker);
    if (this.#closed || !worker.open) return;
    try {
      const jobs = this.#choose(worker, host);
      if (jobs.length > 0) await worker.give(jobs, (label) => host.view(label));
      // Only a new process can take the task that is held.
      const held = this.#held.get(worker.kind);
      if (held && worker.state === 'idle' && !worker.takes(held)) {
        this.#retire(worker);
        this.wake();
      }
    } catch (error) {
      host.broken(error);
    }
  }

  /** Quick tasks go in one message for many: a worker is given more when half of what it had is done. */
  #choose(worker: WorkerProcess, host: PoolHost): Job[] {
    const jobs: Job[] = [];
    const { size } = worker;
    let { last } = worker;
    if (last?.concurrency === 1 && size * 2 > this.#most(last)) return jobs;
    while (size + jobs.length < this.#most(last)) {
      const job = this.#next(worker.kind, host);
      if (!job) break;
      if (!worker.takes(job) || !goesWith(job, last)) {
        this.#held.set(worker.kind, job);
        break;
      }
      jobs.push(job);
      last = job;
      if (job.isolate) break;
    }
    return jobs;
  }

  /** How many tasks a worker may have at hand that was given this one last. */
  #most(last: Job | undefined): number {
    if (last && last.concurrency > 1) return last.concurrency;
    return last?.start ? 1 : this.#pace.ahead(last?.spec.step);
  }

  #next(kind: string, host: PoolHost): Job | undefined {
    const held = this.#held.get(kind);
    if (held) {
      this.#held.delete(kind);
      return held;
    }
    return (this.#returned.length > 0 ? this.#again(kind) : undefined) ?? host.pull(kind);
  }

  /** One that came back. */
  #again(kind: string): Job | undefined {
    const job = open(this.#returned).find((one) => kindOf(one) === kind);
    if (!job) return undefined;
    this.#returned.splice(this.#returned.indexOf(job), 1);
    if (job.start) job.start = job.start.again();
    return job;
  }

  #spawn(kind: string, alive = true): void {
    const { file, flow, cwd, with: given, without } = this.#options;
    const options = { ...(given ? { with: given } : {}), ...(without ? { without } : {}) };
    let worker: WorkerProcess;
    try {
      worker = new WorkerProcess({ file, flow, cwd, kind, ...options }, this.#listener);
    } catch (error) {
      // Without file handles for one more, those that there are do the work.
      if (![...this.#workers].some((other) => other.kind === kind))
        setImmediate(this.#listener.broken, withoutHandles(error) as FlowError);
      return;
    }
    this.#workers.add(worker);
    this.#watch(worker);
    if (!alive) worker.keepsAlive(false);
    if (this.#host) worker.begin(this.#host.run, this.#options);
  }

  /** Until it has ended with all that its tasks had started, as a group. */
  #watch(worker: WorkerProcess): void {
    const { pid } = worker.child;
    if (pid !== undefined) this.#orphans.add(-pid);
    this.#endings.add(worker.ended);
    void worker.ended.then(() => {
      this.#endings.delete(worker.ended);
      if (pid !== undefined) this.#orphans.remove(-pid);
    });
  }

  #retire(worker: WorkerProcess): void {
    worker.retire();
    this.#workers.delete(worker);
  }

  /** What workers say goes to the run while there is one. */
  readonly #listener: WorkerListener = {
    ready: () => this.wake(),
    broken: (error) => {
      this.#bury();
      if (this.#closed) return;
      if (this.#host) this.#host.broken(error);
      else this.#broken = { error };
    },
    started: (job) => this.#host?.started(job),
    log: (job, stream, text, past) => {
      if (!this.#closed) this.#host?.log(job, stream, text, past);
    },
    card: (job, card) => {
      if (!this.#closed) this.#host?.card?.(job, card);
    },
    silent: (job, ms) => {
      if (!this.#closed) this.#host?.silent(job, ms);
    },
    late: (task, text) => {
      if (!this.#closed) this.#host?.late(task, text);
    },
    finished: (job, outcome) => {
      this.#bury();
      if (this.#closed) return;
      this.#pace.took(job.spec.step, outcome.durationMs);
      this.#patienceWith(kindOf(job)).finished();
      job.start?.begin();
      this.#host?.finished(job, outcome);
    },
    startedApart: (pid, alive) => (alive ? this.#orphans.add(pid) : this.#orphans.remove(pid)),
    mustRetire: ({ changed = [] }) => changed.map((name) => this.#changedNames.add(name)).includes(true),
    returned: (jobs) => void this.#returned.push(...jobs),
    settled: () => {
      this.#bury();
      this.wake();
    },
  };

  #bury(): void {
    for (const worker of this.#workers) if (worker.state === 'gone') this.#workers.delete(worker);
  }
}

/** Whether a worker may have both at hand: tasks that are executed together are of one step, and no other is among them. */
function goesWith(job: Job, last: Job | undefined): boolean {
  if (last === undefined) return true;
  if (job.start && job.concurrency === 1) return false;
  if (job.concurrency > 1) return last.concurrency > 1 && last.spec.step === job.spec.step;
  return last.concurrency === 1 && !job.isolate;
}
