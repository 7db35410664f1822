/** A chunk at its worker: its tasks as jobs, which of them have not ended, and how it ends. */
import { type Installed, type Job, type Visible, viewsOf } from '@nx-flow/core/queue';
import type { Chunk } from '../wire/chunk';
import type { Refusal } from '../wire/message';

/** `returned`: some tasks did not begin, or count for nothing. `dropped`: nobody wants to know. */
export type WorkEnd = 'done' | 'returned' | 'dropped' | Refusal;

export class Work {
  /** Of the chunk. */
  readonly id: string;
  readonly chunk: Chunk;
  /** In the order of the chunk. */
  readonly jobs: readonly Job[];
  /** With their places. */
  readonly #open: Map<Job, number>;
  #isCut = false;
  #end: (how: WorkEnd) => void = () => {};
  readonly ended: Promise<WorkEnd>;

  constructor(id: string, chunk: Chunk, packages: Installed | undefined) {
    this.id = id;
    this.chunk = chunk;
    this.jobs = chunk.tasks.map(({ spec, isolate, concurrency, timeoutMs }) => {
      const job: Job = { spec, isolate, concurrency, views: viewsOf(spec) };
      if (packages) job.packages = packages;
      if (timeoutMs !== undefined) job.timeoutMs = timeoutMs;
      return job;
    });
    this.#open = new Map(this.jobs.map((job, at) => [job, at]));
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  /** Its place in the chunk; undefined for a task that has ended. */
  at(job: Job): number | undefined {
    return this.#open.get(job);
  }

  /** Whether it has this task, by its number, and the task has not ended. */
  has(task: string): boolean {
    for (const { spec } of this.#open.keys()) if (spec.task === task) return true;
    return false;
  }

  finish(job: Job): void {
    this.#open.delete(job);
    if (this.#open.size === 0) this.#end(this.#isCut ? 'returned' : 'done');
  }

  /** These have not begun, and will not here. */
  cut(jobs: readonly Job[]): void {
    if (jobs.length === 0) return;
    this.#isCut = true;
    for (const job of jobs) this.finish(job);
  }

  /** What has not ended never will here. */
  giveUp(how: Exclude<WorkEnd, 'done'>): void {
    this.#open.clear();
    this.#end(how);
  }

  *records(): Generator<Visible> {
    for (const [, entries] of this.chunk.views) for (const [, visible] of entries) yield visible;
  }
}
