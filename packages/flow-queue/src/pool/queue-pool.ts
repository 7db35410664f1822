/**
 * Tasks on the workers of queues. The queue holds no truth: what was sent is known here until it has ended, and only what is said
 * of it as it was sent last counts.
 * Long, because what is done with a chunk depends on all that was heard of it.
 */
import { relative } from 'node:path';
import {
  type FingerprintOptions,
  type Fingerprints,
  type FlowError,
  fingerprintHere,
  isFlowError,
  type Job,
  kindOf,
  openStarts,
  type Pool,
  type PoolHost,
  toRecord,
} from '@nx-flow/core/queue';
import { again } from '../connection/again';
import type { Consumer, Server } from '../connection/server';
import { within } from '../connection/within';
import type { Shipment } from '../ship/shipment';
import { stepCode } from '../wire/code';
import type { Freight } from '../wire/freight';
import type { Said } from '../wire/message';
import { codeName, newToken, runName, tasksName } from '../wire/names';
import { chunkJob } from './chunk-job';
import { Ending } from './ending';
import type { QueueEvent } from './events';
import { Hearing } from './hearing';
import { Lookout } from './lookout';
import { type Group, Sent } from './sent';
import { Sizing } from './sizing';

export interface QueuePoolOptions {
  server: Server;
  flow: string;
  /** The flow's file. */
  file: string;
  workspace: string;
  /** The queue of tasks that name none. */
  queue: string;
  /** The most chunks that are sent at once: each is executed by one process. */
  max: number;
  with?: readonly string[];
  without?: readonly string[];
  /** The secrets of the flow, by their names: workers have the values, and mask them. */
  secrets?: readonly string[];
  freight: Freight;
  /** The code, for workers that have not got it. */
  shipment?: Shipment;
  /** How long the run waits for a queue that does not answer. Milliseconds. */
  patienceMs: number;
  /** How often it looks after what it has sent. Milliseconds; default 2000. */
  lookMs?: number;
  fingerprint?(options: FingerprintOptions): Promise<Fingerprints>;
  emit?(event: QueueEvent): void;
}

/** What it has while there is a run. */
interface Parts {
  hearing: Hearing;
  lookout: Lookout;
  consumer: Pick<Consumer, 'close'>;
  ending: Ending;
}

/** How long the end of a run may take on its workers. Milliseconds. */
const END_MS = 10_000;

export class QueuePool implements Pool {
  readonly token = newToken();
  readonly #options: QueuePoolOptions;
  #host: PoolHost | undefined;
  readonly #sizing = new Sizing();
  readonly #sent = new Map<string, Sent>();
  /** To be sent again. */
  #groups: Group[] = [];
  /** Pulled for a chunk that it does not go with. */
  #held: Job | undefined;
  #parts: Parts | undefined;
  #code: Promise<Fingerprints> | undefined;
  #isClosed = false;

  constructor(options: QueuePoolOptions) {
    this.#options = options;
  }

  /** Outcomes that came of what was sent again meanwhile: they count for nothing. */
  get dropped(): number {
    return this.#parts?.hearing.dropped ?? 0;
  }

  /** The run that it works for. */
  attach(host: PoolHost): this {
    const { server, flow, file, workspace, freight, patienceMs, lookMs } = this.#options;
    const { emit = () => {}, fingerprint = fingerprintHere } = this.#options;
    const { token } = this;
    this.#host = host;
    const code = fingerprint({ flow, file, root: workspace });
    code.catch((error) => this.#broken(error));
    this.#code = code;
    const parts = async (step: string) => stepCode(await code, step).parts;
    const ending = new Ending(server, token);
    const sent = this.#sent;
    const hearing = new Hearing({
      ...{ host, freight, emit, parts, sent, sizing: this.#sizing },
      again: (from, jobs) => this.#again(from, jobs),
      settled: () => this.wake(),
      takenLate: (worker) => void ending.tell(worker, true).catch(() => {}),
      ended: (worker) => ending.answered(worker),
    });
    const lookout = new Lookout({
      ...{ server, emit, parts, token, run: host.run, sent, hearing, patienceMs, lookMs },
      looked: () => this.wake(),
      fail: (one, error) => this.#fail(one, error),
      gaveUp: (error) => this.#broken(error),
    });
    const consumer = server.consume<Said>({
      queue: runName(token),
      concurrency: 1,
      handle: ({ data }) => hearing.hear(data),
    });
    this.#parts = { hearing, lookout, consumer, ending };
    lookout.start();
    return this;
  }

  wake(): void {
    while (!this.#isClosed && this.#host && this.#sent.size < this.#options.max) {
      const group = this.#next(this.#host);
      if (!group) return;
      const sent = new Sent(newToken(), group);
      this.#sent.set(sent.id, sent);
      void this.#send(sent, this.#host);
    }
  }

  #next(host: PoolHost): Group | undefined {
    const at = this.#groups.findIndex(({ jobs }) => openStarts(jobs).length === jobs.length);
    const [again] = at < 0 ? [] : this.#groups.splice(at, 1);
    if (again) {
      for (const job of again.jobs) if (job.start) job.start = job.start.again();
      return again;
    }
    const first = this.#held ?? host.pull();
    this.#held = undefined;
    if (!first) return undefined;
    const jobs = [first];
    const kind = kindOf(first);
    const slots = this.#parts?.lookout.slots(this.#queueOf(first)) ?? 0;
    const size = this.#sizing.of(
      first,
      host.pending(kind),
      Math.min(slots || Number.POSITIVE_INFINITY, this.#options.max),
    );
    while (jobs.length < size) {
      const job = host.pull(kind);
      if (!job) break;
      if (!this.#goesWith(first, job)) {
        this.#held = job;
        break;
      }
      jobs.push(job);
    }
    return { queue: this.#queueOf(first), step: first.spec.step, jobs };
  }

  #queueOf(job: Job): string {
    return job.on ?? this.#options.queue;
  }

  #goesWith(first: Job, job: Job): boolean {
    return first.spec.step === job.spec.step && this.#queueOf(first) === this.#queueOf(job) && !job.start;
  }

  async #send(sent: Sent, host: PoolHost): Promise<void> {
    const { server, freight, shipment, file, workspace } = this.#options;
    const { with: given = [], without = [], secrets = [] } = this.#options;
    try {
      const code = stepCode(await (this.#code as Promise<Fingerprints>), sent.step).digest;
      const data = await chunkJob(sent, host, {
        freight,
        code,
        token: this.token,
        refusedBy: this.#parts?.hearing.refusals.by(sent.queue, sent.step) ?? [],
        file: relative(workspace, file),
        with: given,
        without,
        secrets,
      });
      if (this.#isClosed) return;
      const add = async () => {
        if (shipment) data.shipped = await shipment.stamp(server, { ...data, token: this.token });
        await server.add(tasksName(sent.queue), sent.id, data);
      };
      await again(add, () => this.#isClosed);
      sent.sentAt = sent.heardAt = performance.now();
      // It came too late to be taken out.
      if (this.#isClosed) await server.remove(tasksName(sent.queue), sent.id);
    } catch (error) {
      if (this.#isClosed) return;
      if (isFlowError(error) && error.code !== 'FLOW_BLOBS_AWAY') this.#fail(sent, error);
      else this.#broken(error);
    }
  }

  /** The tasks of a chunk cannot be sent, or nobody takes them. */
  #fail(sent: Sent, error: FlowError): void {
    this.#sent.delete(sent.id);
    for (const job of sent.left().all) {
      const failure = { error: toRecord(error), thrown: error };
      this.#host?.finished(job, { startedAt: Date.now(), durationMs: 0, status: 'failed', failure });
    }
    this.wake();
  }

  /** What is left of a chunk goes into the queue once more, as another chunk. */
  #again({ queue, step }: Sent, jobs: readonly Job[]): void {
    if (jobs.length > 0) this.#groups.push({ queue, step, jobs });
    this.wake();
  }

  #broken(error: unknown): void {
    if (!this.#isClosed) this.#host?.broken(error);
  }

  /** Takes back what waits, and ends what is under way. It waits for the workers, and not for long. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#parts?.hearing.close();
    // Nobody hears of it while the queue is away: workers notice by themselves that the run does not go on.
    if (!this.#parts?.lookout.isAway) await within(END_MS, () => this.#end()).catch(() => {});
    this.#parts?.lookout.close();
    await this.#options.server.close();
  }

  async #end(): Promise<void> {
    const { server } = this.#options;
    if (!this.#parts) return;
    const { hearing, lookout, consumer, ending } = this.#parts;
    await ending.whole(this.#sent, hearing.workers);
    await consumer.close();
    await server.obliterate(runName(this.token));
    if (this.#options.shipment) await server.obliterate(codeName(this.token));
    await lookout.end();
  }
}
