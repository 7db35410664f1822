/** Takes jobs of one queue, also after its server was away. */
import { DelayedError, type Job, type Worker } from 'bullmq';
import type { Client } from './client';

/** A job that was taken. */
export interface Taken<T> {
  id: string;
  data: T;
  /** Who had it before was lost. */
  wasLost: boolean;
  /** Gives it back for others, or for later, and never returns. */
  giveBack(ms: number): Promise<never>;
}

export interface ConsumerOptions<T> {
  queue: string;
  /** The most jobs at once. */
  concurrency: number;
  /** A job is lost when its lock was not renewed for so long. Milliseconds. */
  lockMs: number;
  /** It never throws but by `giveBack`. */
  handle(taken: Taken<T>): Promise<void>;
}

/** How soon it is tried again what failed while the server was away. Milliseconds. */
const RETRY_MS = 1000;

/** Whoever takes a job decides: it is told that the job was lost before. */
const OFTEN = 1_000_000;

export class Consumer<T = unknown> {
  readonly #client: Client;
  readonly #options: ConsumerOptions<T>;
  #worker: Worker;
  #isClosed = false;

  constructor(client: Client, options: ConsumerOptions<T>) {
    this.#client = client;
    this.#options = options;
    this.#worker = this.#make();
  }

  /** Takes none for now. What it has goes on. */
  pause(): void {
    void this.#worker.pause(true);
  }

  resume(): void {
    void this.#worker.resume();
  }

  /** Takes no more. Resolves when what it has is done. @param force it is not waited for */
  async close(force?: boolean): Promise<void> {
    this.#isClosed = true;
    await this.#worker.close(force);
    this.#client.release(this.#worker);
  }

  #make(): Worker {
    const { queue, concurrency, lockMs, handle } = this.#options;
    const worker = this.#client.worker(
      queue,
      (job, token) => handle(takenOf(job, token, this.#client.aheadMs)),
      {
        ...{ concurrency, lockDuration: lockMs, stalledInterval: lockMs / 2, runRetryDelay: RETRY_MS },
        maxStalledCount: OFTEN,
        removeOnComplete: { count: 0 },
        removeOnFail: { count: 0 },
      },
    );
    // What was made while the server was away may never be ready.
    worker.waitUntilReady().catch(() => setTimeout(() => this.#makeAgain(worker), RETRY_MS));
    return worker;
  }

  #makeAgain(worker: Worker): void {
    if (this.#isClosed) return;
    void worker.close(true).catch(() => {});
    this.#client.release(worker);
    this.#worker = this.#make();
  }
}

/** @param aheadMs how much the clock here is ahead: others count by theirs */
function takenOf<T>(job: Job<T>, token: string | undefined, aheadMs: number): Taken<T> {
  return {
    id: job.id as string,
    data: job.data,
    wasLost: job.stalledCounter > 0,
    async giveBack(ms) {
      // By a clock that is ahead it would be due here at once, again and again.
      if (aheadMs > ms / 2) await new Promise((resolve) => setTimeout(resolve, ms));
      await job.moveToDelayed(Date.now() - aheadMs + ms, token);
      throw new DelayedError();
    },
  };
}
