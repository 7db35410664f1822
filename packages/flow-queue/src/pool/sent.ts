/** A chunk that was sent: its tasks, what is known of each, and of the worker that has it. */
import type { Job } from '@nx-flow/core/queue';

/** Tasks of one step that go to one queue together. */
export interface Group {
  queue: string;
  step: string;
  jobs: readonly Job[];
}

export class Sent implements Group {
  /** Nobody guesses it: outcomes are those of this sending. */
  readonly id: string;
  readonly queue: string;
  readonly step: string;
  readonly jobs: readonly Job[];
  /** With their places. */
  readonly #open: Set<number>;
  readonly #begun = new Set<number>();
  /** It lies in the queue, since when; of a steady clock. */
  sentAt: number | undefined;
  /** The worker that has taken it. */
  worker: string | undefined;
  /** When it was last heard of, or looked for; of a steady clock. */
  heardAt = 0;
  /** It was looked for in vain. */
  isMissing = false;

  constructor(id: string, { queue, step, jobs }: Group) {
    this.id = id;
    this.queue = queue;
    this.step = step;
    this.jobs = jobs;
    this.#open = new Set(jobs.keys());
  }

  /** The task at this place, where it has not ended. */
  open(at: number): Job | undefined {
    return this.#open.has(at) ? this.jobs[at] : undefined;
  }

  begin(at: number): void {
    this.#begun.add(at);
  }

  /** Returns whether it was the last one. */
  finish(at: number): boolean {
    this.#open.delete(at);
    return this.#open.size === 0;
  }

  /** Those that have not ended; `begun`: those of them that were under way. */
  left(): { all: Job[]; begun: Job[] } {
    const open = [...this.#open];
    const jobOf = (at: number) => this.jobs[at] as Job;
    return { all: open.map(jobOf), begun: open.filter((at) => this.#begun.has(at)).map(jobOf) };
  }
}
