/** The tasks that a worker process was given and has not finished: one after another, or several together. */
import type { Job } from './job';
import { AHEAD_MS } from './pace';
import { UnderWay } from './under-way';

export class AtHand {
  readonly #kill: () => void;
  /** Oldest first: the first one is under way, or all of them are. */
  #jobs: Job[] = [];
  /** Their views are being read; they are given next. */
  #coming: readonly Job[] = [];
  readonly #underWay = new Map<Job, UnderWay>();

  /** @param kill ends the worker when a task does not notice its own timeout */
  constructor(kill: () => void) {
    this.#kill = kill;
  }

  get size(): number {
    return this.#jobs.length + this.#coming.length;
  }

  /** The oldest that was given. */
  get first(): Job | undefined {
    return this.#jobs[0];
  }

  /** The one that was given last, or will be. */
  get last(): Job | undefined {
    return this.#coming.at(-1) ?? this.#jobs.at(-1);
  }

  get isComing(): boolean {
    return this.#coming.length > 0;
  }

  /** They are executed beside each other. */
  get isTogether(): boolean {
    return isTogether(this.last);
  }

  /** How many have begun. */
  get begun(): number {
    return this.#underWay.size;
  }

  /** How many were given and have not begun. */
  get queued(): number {
    return this.#jobs.length - this.#underWay.size;
  }

  /** The one under way takes longer than what is given ahead may wait. */
  get isLate(): boolean {
    const [job] = this.#jobs;
    return !this.isTogether && job !== undefined && (this.#underWay.get(job)?.ms ?? 0) > AHEAD_MS;
  }

  find(task: string): Job | undefined {
    return this.#jobs.find(({ spec }) => spec.task === task);
  }

  underWay(task: string): UnderWay | undefined {
    const job = this.find(task);
    return job && this.#underWay.get(job);
  }

  announce(jobs: readonly Job[]): void {
    this.#coming = jobs;
  }

  /** What was announced is given. */
  arrive(): void {
    this.#jobs.push(...this.#coming);
    this.#coming = [];
  }

  /** Those that begin now: the first one, or all. Each is noticed once. */
  begin(): Job[] {
    const { length } = this.#jobs;
    const begun: Job[] = [];
    for (let i = 0; i < (this.isTogether ? length : Math.min(1, length)); i++) {
      const job = this.#jobs[i] as Job;
      if (this.#underWay.has(job)) continue;
      this.#underWay.set(job, new UnderWay(job, this.#kill));
      begun.push(job);
    }
    return begun;
  }

  /** Undefined for a task that is not here. */
  finish(task: string): Job | undefined {
    const at = this.#jobs.findIndex(({ spec }) => spec.task === task);
    if (at < 0) return undefined;
    const [job] = this.#jobs.splice(at, 1) as [Job];
    this.#underWay.get(job)?.end();
    this.#underWay.delete(job);
    return job;
  }

  /** Takes these back, which have not begun. */
  takeBack(tasks: readonly string[]): Job[] {
    const back = new Set(this.#jobs.filter(({ spec }) => tasks.includes(spec.task)));
    this.#jobs = this.#jobs.filter((job) => !back.has(job));
    return [...back];
  }

  /** Takes all back. */
  takeAll(): Job[] {
    const jobs = [...this.#jobs.splice(0), ...this.#coming];
    this.#coming = [];
    this.#underWay.clear();
    return jobs;
  }

  /** No timeout ends the worker any more. */
  stopClocks(): void {
    for (const one of this.#underWay.values()) one.end();
  }

  /**
   * The worker has died. Gives the task that it died of, which is no longer here, and those that were executed beside it.
   * Where nobody knows which one it was, each of them is to be executed alone the next time.
   */
  blame(): { died?: { job: Job; underWay: UnderWay }; beside: Job[] } {
    const all = [...this.#underWay];
    const found = all.length === 1 ? all[0] : all.find(([, one]) => one.hasLeft);
    if (!found) {
      for (const [job] of all) job.concurrency = 1;
      return { beside: all.map(([job]) => job) };
    }
    const [job, underWay] = found;
    this.#jobs = this.#jobs.filter((one) => one !== job);
    return { died: { job, underWay }, beside: all.map(([one]) => one).filter((one) => one !== job) };
  }
}

export function isTogether(job: Job | undefined): boolean {
  return job !== undefined && job.concurrency > 1;
}
