/** A connection to a server, and the objects of BullMQ that are made on it. */
import type { EventEmitter } from 'node:events';
import {
  createPostgresBackend,
  type Job,
  Queue,
  type QueueOptions,
  Worker,
  type WorkerOptions,
} from 'bullmq';
import type { Redis } from 'ioredis';
import type { Pool } from 'pg';
import { openPostgres } from './postgres';
import { openRedis } from './redis';
import type { Address } from './url';

export type Work = (job: Job, token?: string) => Promise<void>;

type Connection = { redis: Redis } | { postgres: Pool };

export class Client {
  readonly #connection: Connection;
  /** What takes the traces of each object away. */
  readonly #traces = new WeakMap<object, () => void>();

  #aheadMs = 0;

  private constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** @throws FlowError FLOW_QUEUE_AWAY, FLOW_QUEUE_REFUSED, FLOW_QUEUE_MIGRATE, FLOW_QUEUE_VERSION */
  static async open(address: Address): Promise<Client> {
    return new Client(
      address.kind === 'redis'
        ? { redis: await openRedis(address) }
        : { postgres: await openPostgres(address) },
    );
  }

  queue(name: string): Queue {
    return this.#make((connection, ...backend) => {
      return new Queue(name, { connection } as QueueOptions, ...(backend as []));
    });
  }

  worker(name: string, work: Work, options: Omit<WorkerOptions, 'connection'>): Worker {
    return this.#make((connection, ...backend) => {
      return new Worker(name, work, { ...options, connection } as WorkerOptions, ...(backend as []));
    });
  }

  /** After an object was closed. */
  release(made: object): void {
    this.#traces.get(made)?.();
  }

  /** The time of the server. Milliseconds since 1970. */
  async now(): Promise<number> {
    const asked = performance.now();
    const now = await this.#askNow();
    const rtt = performance.now() - asked;
    // It read its clock on the way; what may be the way is no difference.
    const ahead = Date.now() - now;
    this.#aheadMs = Math.sign(ahead) * Math.max(0, Math.floor(Math.abs(ahead) - rtt));
    return now;
  }

  async #askNow(): Promise<number> {
    if ('redis' in this.#connection) {
      const [seconds, micros] = await this.#connection.redis.time();
      return Math.round(Number(seconds) * 1000 + Number(micros) / 1000);
    }
    const sql = 'select extract(epoch from clock_timestamp()) * 1000 as now';
    const { rows } = await this.#connection.postgres.query(sql);
    return Math.round(Number(rows[0].now));
  }

  /** How much the clock of this machine was ahead of that of the server when its time was asked for last. Milliseconds. */
  get aheadMs(): number {
    return this.#aheadMs;
  }

  /** Resolves when the server has answered. */
  async ping(): Promise<void> {
    if ('redis' in this.#connection) await this.#connection.redis.ping();
    else await this.#connection.postgres.query('select 1');
  }

  /** What is under way there fails. */
  async close(): Promise<void> {
    if ('redis' in this.#connection) this.#connection.redis.disconnect();
    else await this.#connection.postgres.end().catch(() => {});
  }

  #make<T extends EventEmitter>(make: (connection: unknown, ...backend: unknown[]) => T): T {
    const made =
      'redis' in this.#connection
        ? make(this.#connection.redis)
        : this.#onPostgres(this.#connection.postgres, make);
    // It says so itself when it is back; what matters is noticed where it is needed.
    made.on('error', () => {});
    return made;
  }

  /** BullMQ adds a listener to the connections of PostgreSQL, and leaves it there. */
  #onPostgres<T extends object>(pool: Pool, make: (connection: unknown, ...backend: unknown[]) => T): T {
    const before = new Set(pool.listeners('error'));
    const made = make(pool, createPostgresBackend);
    const added = pool.listeners('error').filter((listener) => !before.has(listener));
    this.#traces.set(made, () => {
      for (const listener of added) pool.off('error', listener as () => void);
    });
    return made;
  }
}
