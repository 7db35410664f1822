/**
 * What a run hears of its workers, and what that means. Only what is said of a chunk as it was sent last counts: the first outcome of
 * a task is its outcome, and others are dropped.
 */
import {
  FlowError,
  isFlowError,
  type Job,
  type Part,
  type PoolHost,
  type TaskOutcome,
  toRecord,
} from '@nx-flow/core/queue';
import { unpack } from '../wire/bytes';
import type { Freight } from '../wire/freight';
import type { Message, Refusal, Said } from '../wire/message';
import { BlobsAway } from './blobs-away';
import type { QueueEvent } from './events';
import { Inbox } from './inbox';
import { Refusals, refusalText } from './refusals';
import type { Sent } from './sent';
import type { Sizing } from './sizing';

/** So many workers may be lost in the middle of one task. */
const MOST_LOST = 3;

export interface HearingOptions {
  host: PoolHost;
  freight: Freight;
  sizing: Sizing;
  sent: Map<string, Sent>;
  emit(event: QueueEvent): void;
  /** The code of a step as the run has it. */
  parts(step: string): Promise<readonly Part[]>;
  /** These tasks of a chunk are to be sent again. */
  again(sent: Sent, jobs: readonly Job[]): void;
  /** There may be room for more. */
  settled(): void;
  /** A worker has a chunk of a run that is ending. */
  takenLate(worker: string): void;
  ended(worker: string): void;
}

export class Hearing {
  readonly refusals = new Refusals();
  readonly blobsAway: BlobsAway;
  readonly #options: HearingOptions;
  readonly #inbox = new Inbox();
  /** How often a worker was lost in the middle of a task. */
  readonly #losses = new WeakMap<Job, number>();
  /** Workers that have taken something. */
  readonly workers = new Set<string>();
  #turn: Promise<void> = Promise.resolve();
  #isClosed = false;
  /** Outcomes that came too late, of a chunk that was sent again. */
  dropped = 0;

  constructor(options: HearingOptions) {
    this.#options = options;
    this.blobsAway = new BlobsAway(options.emit);
  }

  /** Resolves when what it says is done with. */
  hear(said: Said): Promise<void> {
    return this.#inTurn(this.#inbox.take(said));
  }

  /** Goes on without what was lost on the way. */
  overdue(): Promise<void> {
    return this.#inTurn(this.#inbox.overdue());
  }

  /** The run hears nothing of its tasks any more. */
  close(): void {
    this.#isClosed = true;
  }

  #inTurn(all: readonly Said[]): Promise<void> {
    this.#turn = this.#turn.then(async () => {
      for (const { from, refused, body } of all) {
        if (refused) await this.#refused(from, refused.chunk, refused.refusal);
        else if (body !== undefined)
          for (const message of unpack<Message[]>(body)) await this.#message(from, message);
      }
      this.#options.settled();
    });
    // The next ones are heard all the same.
    this.#turn = this.#turn.catch((error) => {
      if (!this.#isClosed) this.#options.host.broken(error);
    });
    return this.#turn;
  }

  async #message(from: string, message: Message): Promise<void> {
    const { host, ended } = this.#options;
    if (message.type === 'ended') return ended(from);
    if (message.type === 'late') {
      if (!this.#isClosed) host.late(message.task, message.text);
      return;
    }
    const sent = this.#options.sent.get(message.chunk);
    if (!sent || (sent.worker !== undefined && sent.worker !== from && message.type !== 'lost')) {
      if (message.type === 'outcome') this.dropped++;
      return;
    }
    sent.heardAt = performance.now();
    switch (message.type) {
      case 'taken':
        sent.worker = from;
        this.workers.add(from);
        this.blobsAway.back(stepKey(sent));
        if (this.#isClosed) this.#options.takenLate(from);
        return;
      case 'blobs-away':
        return this.blobsAway.away(sent.id, from, message.why);
      case 'blobs-back':
        return this.blobsAway.back(sent.id);
      case 'returned':
        return this.#sendAgain(sent, sent.left().all);
      case 'lost':
        return this.#lost(sent, `The worker ${sent.worker ?? 'that had it'} was lost`);
    }
    const job = sent.open(message.at);
    if (!job) {
      if (message.type === 'outcome') this.dropped++;
      return;
    }
    // Until the worker has ended them, they go on, and what they print is heard.
    if (this.#isClosed && message.type !== 'started' && message.type !== 'log') return;
    switch (message.type) {
      case 'started':
        sent.begin(message.at);
        job.start?.begin();
        return host.started(job);
      case 'log':
        return host.log(job, message.stream, message.text, message.past);
      case 'card':
        return host.card?.(job, message.shown);
      case 'silent':
        return host.silent(job, message.ms);
      case 'outcome': {
        const outcome = await this.#received(message);
        // The run may have ended meanwhile.
        if (this.#isClosed) return;
        this.#finished(sent, message.at, job, outcome);
      }
    }
  }

  /** What the task stored can be read here. */
  async #received({ outcome, carried }: Extract<Message, { type: 'outcome' }>): Promise<TaskOutcome> {
    if (outcome.status === 'failed') return outcome;
    try {
      await this.#options.freight.receive(
        outcome.result.stored.map(([, record]) => record),
        carried,
      );
      return outcome;
    } catch (error) {
      if (isFlowError(error) && error.code === 'FLOW_BLOBS_AWAY') throw error;
      const { startedAt, durationMs } = outcome;
      return { startedAt, durationMs, status: 'failed', failure: { error: toRecord(error), thrown: error } };
    }
  }

  #finished(sent: Sent, at: number, job: Job, outcome: TaskOutcome): void {
    const { host, sizing, sent: all } = this.#options;
    sizing.took(job.spec.step, outcome.durationMs);
    job.start?.begin();
    if (sent.finish(at)) {
      all.delete(sent.id);
      this.blobsAway.back(sent.id);
    }
    host.finished(job, outcome);
  }

  /** @param why without a full stop */
  #lost(sent: Sent, why: string): void {
    const { begun, all } = sent.left();
    // Where it was not heard of any, the first one may be what has ended the worker.
    const blamed = begun.length > 0 ? begun : all.slice(0, 1);
    const again = new Set(all);
    this.#options.emit({ type: 'worker-lost', worker: sent.worker ?? '', tasks: all.length });
    for (const job of blamed) {
      const losses = (this.#losses.get(job) ?? 0) + 1;
      this.#losses.set(job, losses);
      if (losses < MOST_LOST) {
        if (begun.length > 0) this.#options.host.log(job, 'stderr', againText(why));
        continue;
      }
      again.delete(job);
      const message = `${why} in the middle of the task, and ${MOST_LOST - 1} workers before it: does the task take more memory than they have?`;
      const error = new FlowError('FLOW_WORKER_LOST', message, { exit: 1 });
      const failure = { error: toRecord(error), thrown: error };
      this.#finished(sent, sent.jobs.indexOf(job), job, {
        startedAt: Date.now(),
        durationMs: 0,
        status: 'failed',
        failure,
      });
    }
    this.#sendAgain(sent, [...again]);
  }

  /** The queue has lost a chunk. */
  vanished(sent: Sent): void {
    const { begun, all } = sent.left();
    for (const job of begun)
      this.#options.host.log(job, 'stderr', againText('The queue has lost what it knew'));
    this.#sendAgain(sent, all);
  }

  /** All of its workers have refused it, and one of them could not reach the large values: they are asked again. */
  waitForBlobs(sent: Sent, worker: string, why: string): void {
    this.blobsAway.away(stepKey(sent), worker, why);
    this.refusals.forget(sent.queue, sent.step);
    this.#sendAgain(sent, sent.left().all);
  }

  #sendAgain(sent: Sent, jobs: readonly Job[]): void {
    this.#options.sent.delete(sent.id);
    this.blobsAway.back(sent.id);
    if (!this.#isClosed) this.#options.again(sent, jobs);
  }

  async #refused(from: string, chunk: string, refusal: Refusal): Promise<void> {
    const sent = this.#options.sent.get(chunk);
    if (!sent || this.#isClosed) return;
    const { queue, step } = sent;
    if (this.refusals.add(queue, step, from, refusal)) {
      const why = refusalText(refusal, await this.#options.parts(step));
      this.#options.emit({ type: 'worker-refused', worker: from, step, why });
    }
    this.#sendAgain(sent, sent.left().all);
  }
}

const stepKey = ({ queue, step }: Sent) => `${queue} ${step}`;

const againText = (why: string) => `${why} while this task was executed: the task begins again.\n`;
