/** The tasks that a worker process was given and has not finished: one after another, or several together. */
import type { Job } from './job';
import { AHEAD_MS } from './pace';
import { UnderWay } from './under-way';

/** One that was given, and is under way where it has begun. */
interface Given {
  job: Job;
  underWay?: UnderWay;
}

export class AtHand {
  readonly #kill: () => void;
  readonly #started: (job: Job) => void;
  /** Oldest first: the first one is under way, or all of them are. */
  #given: Given[] = [];
  /** How many have begun: the first ones. */
  #begun = 0;
  /** Their views are being read; they are given next. */
  #coming: readonly Job[] = [];
  #isTogether = false;

  /**
   * @param kill ends the worker when a task does not notice its own timeout
   * @param started called for each task when it begins
   */
  constructor(kill: () => void, started: (job: Job) => void) {
    this.#kill = kill;
    this.#started = started;
  }

  get size(): number {
    return this.#given.length + this.#coming.length;
  }

  /** The oldest that was given. */
  get first(): Job | undefined {
    return this.#given[0]?.job;
  }

  /** The one that was given last, or will be. */
  get last(): Job | undefined {
    return this.#coming.at(-1) ?? this.#given.at(-1)?.job;
  }

  get isComing(): boolean {
    return this.#coming.length > 0;
  }

  /** They are executed beside each other. */
  get isTogether(): boolean {
    return this.#isTogether;
  }

  /** How many have begun. */
  get begun(): number {
    return this.#begun;
  }

  /** How many were given and have not begun. */
  get queued(): number {
    return this.#given.length - this.#begun;
  }

  /** The one under way takes longer than what is given ahead may wait. */
  get isLate(): boolean {
    const underWay = this.#given[0]?.underWay;
    return underWay !== undefined && !this.#isTogether && underWay.ms > AHEAD_MS;
  }

  find(task: string): Job | undefined {
    return this.#given[this.#indexOf(task)]?.job;
  }

  underWay(task: string): UnderWay | undefined {
    return this.#given[this.#indexOf(task)]?.underWay;
  }

  announce(jobs: readonly Job[]): void {
    this.#coming = jobs;
    this.#isTogether = isTogether(jobs[0]);
  }

  /** What was announced is given. */
  arrive(): void {
    for (const job of this.#coming) this.#given.push({ job });
    this.#coming = [];
  }

  /** The first one begins, or all that have not begun. */
  begin(): void {
    const most = this.#isTogether ? this.#given.length : Math.min(1, this.#given.length);
    while (this.#begun < most) {
      const one = this.#given[this.#begun++] as Given;
      one.underWay = new UnderWay(one.job, this.#kill);
      this.#started(one.job);
    }
  }

  /** Undefined for a task that is not here. */
  finish(task: string): Job | undefined {
    const at = this.#indexOf(task);
    const one = this.#given[at];
    if (!one) return undefined;
    if (at === 0) this.#given.shift();
    else this.#given.splice(at, 1);
    if (one.underWay) this.#begun--;
    one.underWay?.end();
    return one.job;
  }

  /** Takes these back, which have not begun. */
  takeBack(tasks: readonly string[]): Job[] {
    const back = this.#given.filter(({ job }) => tasks.includes(job.spec.task));
    this.#given = this.#given.filter((one) => !back.includes(one));
    this.#begun = this.#given.filter(({ underWay }) => underWay).length;
    return back.map(({ job }) => job);
  }

  /** Takes all back. */
  takeAll(): Job[] {
    const jobs = [...this.#given.splice(0).map(({ job }) => job), ...this.#coming];
    this.#coming = [];
    this.#begun = 0;
    return jobs;
  }

  /** No timeout ends the worker any more. */
  stopClocks(): void {
    for (const { underWay } of this.#given) underWay?.end();
  }

  /**
   * The worker has died. Gives the task that it died of, which is no longer here, and those that were executed beside it.
   * Where nobody knows which one it was, each of them is to be executed alone the next time.
   */
  blame(): { died?: { job: Job; underWay: UnderWay }; beside: Job[] } {
    const all = this.#given.slice(0, this.#begun) as Required<Given>[];
    const died = all.length === 1 ? all[0] : all.find(({ underWay }) => underWay.hasLeft);
    const beside = all.filter((one) => one !== died).map(({ job }) => job);
    if (died) {
      this.finish(died.job.spec.task);
      return { died, beside };
    }
    for (const job of beside) job.concurrency = 1;
    return { beside };
  }

  #indexOf(task: string): number {
    return this.#given.findIndex(({ job }) => job.spec.task === task);
  }
}

export function isTogether(job: Job | undefined): boolean {
  return job !== undefined && job.concurrency > 1;
}
