/** The server of a queue, as the rest of this package uses it. */
import { FlowError, messageOf } from '@nx-flow/core/queue';
import type { Queue } from 'bullmq';
import { Client } from './client';
import { Consumer, type ConsumerOptions } from './consumer';
import { queueError } from './errors';
import { type Address, parseAddress } from './url';

export type { Consumer, Taken } from './consumer';

export interface Counts {
  waiting: number;
  active: number;
}

/** Several may remove a queue at the same time: a run, and workers that were told that it has ended. */
const OBLITERATE_TRIES = 10;

/** Unless somebody says otherwise. Milliseconds. */
const LOCK_MS = 10_000;

export class Server {
  readonly shown: string;
  readonly #client: Client;
  readonly #lockMs: number;
  readonly #queues = new Map<string, Queue>();
  readonly #consumers = new Set<Pick<Consumer, 'close'>>();
  #isClosed = false;

  private constructor(shown: string, client: Client, lockMs: number) {
    this.shown = shown;
    this.#client = client;
    this.#lockMs = lockMs;
  }

  /**
   * @param lockMs a job whose lock was not renewed for so long is lost
   * @throws FlowError FLOW_QUEUE_URL, FLOW_QUEUE_AWAY, FLOW_QUEUE_REFUSED, FLOW_QUEUE_MIGRATE, FLOW_QUEUE_VERSION, FLOW_QUEUE_CLOCK, FLOW_QUEUE_TLS
   */
  static async open(url: string | undefined, lockMs = LOCK_MS): Promise<Server> {
    const address = parseAddress(url);
    const client = await Client.open(address);
    try {
      await requireSameTime(address, client, lockMs);
    } catch (error) {
      await client.close();
      throw error;
    }
    return new Server(address.shown, client, lockMs);
  }

  /** A job with this id is there once. */
  async add(queue: string, id: string, data: object): Promise<void> {
    const options = { jobId: id, removeOnComplete: true, removeOnFail: true, attempts: 1 };
    await this.#queue(queue).add('job', data, options);
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
    const { waiting = 0, active = 0 } = await this.#queue(queue).getJobCounts('waiting', 'active');
    return { waiting, active };
  }

  /** Jobs that wait, now or for later, or those that somebody has. */
  async jobs<T>(queue: string, which: 'waiting' | 'active'): Promise<T[]> {
    const jobs = await this.#queue(queue).getJobs(which === 'active' ? ['active'] : ['waiting', 'delayed']);
    return jobs.flatMap((job) => (job ? [job.data as T] : []));
  }

  /** Removes a queue with all that is in it. */
  async obliterate(queue: string): Promise<void> {
    const known = this.#queue(queue);
    for (let tries = 1; ; tries++) {
      try {
        await known.obliterate({ force: true });
        break;
      } catch (error) {
        // BullMQ pauses it first, and whoever else removes it at the same time has ended that: it is asked once more.
        if (tries === OBLITERATE_TRIES || !/non-paused/.test(messageOf(error))) throw error;
      }
    }
    this.#queues.delete(queue);
    await known.close().catch(() => {});
    this.#client.release(known);
  }

  /** The time of the server: of several machines, each may have another. Milliseconds since 1970. */
  now(): Promise<number> {
    return this.#client.now();
  }

  /** Resolves when the server has answered. */
  ping(): Promise<void> {
    return this.#client.ping();
  }

  consume<T>(options: Omit<ConsumerOptions<T>, 'lockMs'>): Consumer<T> {
    const consumer = new Consumer<T>(this.#client, { ...options, lockMs: this.#lockMs });
    this.#consumers.add(consumer);
    return consumer;
  }

  /** Ends the connection. What is under way there fails. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const all = [
      ...[...this.#consumers].map((consumer) => consumer.close(true)),
      ...[...this.#queues.values()].map((queue) => queue.close()),
    ];
    await Promise.allSettled(all);
    await this.#client.close();
  }

  #queue(name: string): Queue {
    const known = this.#queues.get(name);
    if (known) return known;
    const made = this.#client.queue(name);
    this.#queues.set(name, made);
    // What was made while the server was away may never be ready.
    made.waitUntilReady().catch(() => {
      if (this.#queues.get(name) === made) this.#queues.delete(name);
    });
    return made;
  }
}

/** In PostgreSQL, everybody writes by his own clock until when he has a job: to others it would be over before, or never. */
async function requireSameTime({ kind, shown }: Address, client: Client, lockMs: number): Promise<void> {
  await client.now().catch((error) => {
    throw queueError(shown, error);
  });
  const ahead = client.aheadMs;
  if (kind === 'redis' || Math.abs(ahead) < lockMs / 4) return;
  const much = `${Math.round(Math.abs(ahead) / 1000)} s ${ahead > 0 ? 'ahead of' : 'behind'}`;
  const message = `The clock of this machine is ${much} that of ${shown}: set both right, or use Redis, which does not mind.`;
  throw new FlowError('FLOW_QUEUE_CLOCK', message);
}
