/** The server of a queue, as the rest of this package uses it. BullMQ is known here alone. */
import {
  createPostgresBackend,
  DelayedError,
  type Job,
  Queue,
  type QueueOptions,
  Worker,
  type WorkerOptions,
} from 'bullmq';
import type { Redis } from 'ioredis';
import type { Pool as PgPool } from 'pg';
import { openPostgres } from './postgres';
import { openRedis } from './redis';
import { type Address, parseAddress } from './url';

/** A job that was taken. */
export interface Taken<T> {
  id: string;
  data: T;
  /** Who had it before was lost. */
  wasLost: boolean;
  /** Gives it back for others, or for later, and never returns. */
  giveBack(ms: number): Promise<never>;
}

export interface ConsumeOptions {
  concurrency: number;
}

/** Takes jobs of one queue. */
export interface Consumer {
  /** Takes none for now. What it has goes on. */
  pause(): void;
  resume(): void;
  /** Takes no more. Resolves when what it has is done. @param force it is not waited for */
  close(force?: boolean): Promise<void>;
}

export interface Counts {
  waiting: number;
  active: number;
  delayed: number;
  failed: number;
}

/** A job is lost when its lock was not renewed for so long; twice as often, that is looked at. Milliseconds. */
const LOCK_MS = 10_000;

/** How soon it is tried again what failed while the server was away. Milliseconds. */
const RETRY_MS = 1000;

type Connection = { redis: Redis } | { postgres: PgPool };

export class Server {
  readonly shown: string;
  readonly #connection: Connection;
  readonly #lockMs: number;
  readonly #queues = new Map<string, Queue>();
  readonly #leftBehind = new WeakMap<object, () => void>();
  readonly #consumers = new Set<Consumer>();
  #isClosed = false;

  private constructor({ shown }: Address, connection: Connection, lockMs: number) {
    this.#lockMs = lockMs;
    this.shown = shown;
    this.#connection = connection;
  }

  /**
   * @param lockMs a job whose lock was not renewed for so long is lost
   * @throws FlowError FLOW_QUEUE_URL, FLOW_QUEUE_AWAY, FLOW_QUEUE_REFUSED, FLOW_QUEUE_MIGRATE, FLOW_QUEUE_VERSION
   */
  static async open(url: string | undefined, lockMs = LOCK_MS): Promise<Server> {
    const address = parseAddress(url);
    if (address.kind === 'redis') return new Server(address, { redis: await openRedis(address) }, lockMs);
    return new Server(address, { postgres: await openPostgres(address) }, lockMs);
  }

  /** A job with this id is there once. */
  async add(queue: string, id: string, data: object): Promise<void> {
    await this.#queue(queue).add('job', data, {
      jobId: id,
      removeOnComplete: true,
      removeOnFail: true,
      attempts: 1,
    });
  }

  /** Returns whether nobody had it. */
  async remove(queue: string, id: string): Promise<boolean> {
    return (await this.#queue(queue).remove(id)) === 1;
  }

  /** Whether it waits, or somebody has it. */
  async has(queue: string, id: string): Promise<boolean> {
    return (await this.#queue(queue).getJobState(id)) !== 'unknown';
  }

  /** Writes an entry of a queue that nobody takes from: the same one again, or a new one. */
  async put(queue: string, id: string, data: object): Promise<void> {
    const job = await this.#queue(queue).getJob(id);
    if (job) await job.updateData(data);
    else await this.add(queue, id, data);
  }

  async get<T>(queue: string, id: string): Promise<T | undefined> {
    return (await this.#queue(queue).getJob(id))?.data as T | undefined;
  }

  async all<T>(queue: string): Promise<{ id: string; data: T }[]> {
    const jobs = await this.#queue(queue).getJobs(['waiting']);
    return jobs.flatMap((job) => (job?.id === undefined ? [] : [{ id: job.id, data: job.data as T }]));
  }

  async counts(queue: string): Promise<Counts> {
    const counts = await this.#queue(queue).getJobCounts('waiting', 'active', 'delayed', 'failed');
    const { waiting = 0, active = 0, delayed = 0, failed = 0 } = counts;
    return { waiting, active, delayed, failed };
  }

  /** Jobs that wait or that somebody has. */
  async jobs<T>(queue: string): Promise<T[]> {
    const jobs = await this.#queue(queue).getJobs(['waiting', 'active', 'delayed']);
    return jobs.flatMap((job) => (job ? [job.data as T] : []));
  }

  /** Removes a queue with all that is in it. */
  async obliterate(queue: string): Promise<void> {
    await this.#queue(queue).obliterate({ force: true });
    await this.forget(queue);
  }

  /** Nothing more is asked of this queue, for now. */
  async forget(queue: string): Promise<void> {
    const known = this.#queues.get(queue);
    this.#queues.delete(queue);
    if (!known) return;
    await known.close().catch(() => {});
    this.#leftBehind.get(known)?.();
  }

  /** Resolves when the server has answered. */
  async ping(): Promise<void> {
    const connection = this.#connection;
    if ('redis' in connection) await connection.redis.ping();
    else await connection.postgres.query('select 1');
  }

  /** `handle` never throws but by `giveBack`. */
  consume<T>(
    queue: string,
    { concurrency }: ConsumeOptions,
    handle: (taken: Taken<T>) => Promise<void>,
  ): Consumer {
    const options: WorkerOptions = {
      connection: this.#client() as WorkerOptions['connection'],
      concurrency,
      lockDuration: this.#lockMs,
      stalledInterval: this.#lockMs / 2,
      // Who takes it decides: it is told that the job was lost before.
      maxStalledCount: 1_000_000,
      runRetryDelay: RETRY_MS,
      removeOnComplete: { count: 0 },
      removeOnFail: { count: 0 },
    };
    const work = (job: Job<T>, token?: string) => handle(takenOf(job, token));
    let worker = this.#worker(queue, work, options);
    let isClosed = false;
    /** What was made while the server was away may never be ready. */
    const watch = (made: Worker) => {
      made.waitUntilReady().catch(async () => {
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
        if (isClosed) return;
        void made.close(true).catch(() => {});
        worker = this.#worker(queue, work, options);
        watch(worker);
      });
    };
    watch(worker);
    const consumer: Consumer = {
      pause: () => void worker.pause(true),
      resume: () => void worker.resume(),
      close: async (force) => {
        isClosed = true;
        this.#consumers.delete(consumer);
        await worker.close(force);
        this.#leftBehind.get(worker)?.();
      },
    };
    this.#consumers.add(consumer);
    return consumer;
  }

  /** Ends the connection. What is under way there fails. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await Promise.all([...this.#consumers].map((consumer) => consumer.close(true).catch(() => {})));
    await Promise.all([...this.#queues.values()].map((queue) => queue.close().catch(() => {})));
    const connection = this.#connection;
    if ('redis' in connection) connection.redis.disconnect();
    else await connection.postgres.end().catch(() => {});
  }

  #queue(name: string): Queue {
    let queue = this.#queues.get(name);
    if (!queue) {
      const connection = this.#connection;
      const options: QueueOptions = { connection: this.#client() as QueueOptions['connection'] };
      queue =
        'redis' in connection
          ? new Queue(name, options)
          : (this.#withPostgres(
              connection.postgres,
              () => new Queue(name, options as never, createPostgresBackend as never),
            ) as unknown as Queue);
      queue.on('error', () => {});
      this.#queues.set(name, queue);
      const made = queue;
      // What was made while the server was away may never be ready.
      made.waitUntilReady().catch(() => {
        if (this.#queues.get(name) === made) this.#queues.delete(name);
      });
    }
    return queue;
  }

  #worker<T>(
    queue: string,
    work: (job: Job<T>, token?: string) => Promise<void>,
    options: WorkerOptions,
  ): Worker {
    const connection = this.#connection;
    const worker =
      'redis' in connection
        ? new Worker(queue, work, options)
        : (this.#withPostgres(
            connection.postgres,
            () => new Worker(queue, work, options as never, createPostgresBackend as never),
          ) as unknown as Worker);
    // It says so itself when it is back; what matters is noticed where it is needed.
    worker.on('error', () => {});
    return worker;
  }

  #client(): Redis | PgPool {
    return 'redis' in this.#connection ? this.#connection.redis : this.#connection.postgres;
  }

  /** BullMQ adds a listener to the connections of PostgreSQL, and leaves it there: it goes with the queue that is closed. */
  #withPostgres<T extends object>(pool: PgPool, make: () => T): T {
    const before = new Set(pool.listeners('error'));
    const made = make();
    this.#leftBehind.set(made, () => {
      for (const listener of added) pool.off('error', listener as () => void);
    });
    const added = pool.listeners('error').filter((listener) => !before.has(listener));
    return made;
  }
}

function takenOf<T>(job: Job<T>, token: string | undefined): Taken<T> {
  return {
    id: job.id as string,
    data: job.data,
    wasLost: job.stalledCounter > 0,
    async giveBack(ms) {
      await job.moveToDelayed(Date.now() + ms, token);
      throw new DelayedError();
    },
  };
}
