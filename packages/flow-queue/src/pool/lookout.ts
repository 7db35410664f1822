/**
 * Looks every few seconds whether the queue answers, who works there, and whether what was sent is still there; and says that the run
 * goes on.
 */
import { hostname } from 'node:os';
import { currentUser, FlowError, type Job, type Part, type RunContext } from '@nx-flow/core/queue';
import { ANSWER_MS } from '../connection/redis';
import type { Server } from '../connection/server';
import { within } from '../connection/within';
import { type AgentEntry, Registry, type RunEntry } from '../registry/registry';
import { runName, tasksName } from '../wire/names';
import type { QueueEvent } from './events';
import type { Hearing } from './hearing';
import type { Sent } from './sent';

/** How often it looks, unless a test says otherwise. Milliseconds. */
const LOOK_MS = 2000;
/** It says that the run goes on every 4 s. */
const BEAT_LOOKS = 2;
/** Of a chunk that was heard of in the last looks, nobody wonders. */
const QUIET_LOOKS = 2;
/** So long may tasks wait for a worker of their queue before it is told that there is none: 10 s. */
const UNSERVED_LOOKS = 5;

export interface LookoutOptions {
  server: Server;
  token: string;
  run: RunContext;
  sent: ReadonlyMap<string, Sent>;
  hearing: Hearing;
  patienceMs: number;
  lookMs?: number | undefined;
  parts(step: string): Promise<readonly Part[]>;
  emit(event: QueueEvent): void;
  /** There may be more slots. */
  looked(): void;
  /** No worker takes the tasks of this chunk. */
  fail(sent: Sent, error: FlowError): void;
  /** The queue has been away for too long. */
  gaveUp(error: FlowError): void;
}

export class Lookout {
  readonly #options: LookoutOptions;
  readonly #registry: Registry;
  readonly #entry: RunEntry;
  #agents: AgentEntry[] = [];
  #written = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  /** Since when the queue does not answer, of a steady clock. */
  #awaySince: number | undefined;
  /** Queues, and needs there, of which it was told that nobody serves them. */
  readonly #unserved = new Set<string>();
  readonly #lookMs: number;
  #isClosed = false;

  constructor(options: LookoutOptions) {
    this.#options = options;
    this.#lookMs = options.lookMs ?? LOOK_MS;
    this.#registry = new Registry(options.server);
    const { flow, run } = options.run;
    const now = Date.now();
    this.#entry = {
      ...{ kind: 'run', token: options.token, flow, run, host: hostname(), pid: process.pid },
      ...{ user: currentUser(), since: now, seen: now },
    };
  }

  start(): void {
    void this.#look();
  }

  /** How many chunks the workers of a queue can execute at once; 0 where that is not known. */
  slots(queue: string): number {
    return this.#serving(queue).reduce((sum, { slots }) => sum + slots, 0);
  }

  get isAway(): boolean {
    return this.#awaySince !== undefined;
  }

  /** The run has ended. */
  async end(): Promise<void> {
    this.close();
    await this.#registry.remove(this.#entry);
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  #serving(queue: string): AgentEntry[] {
    return this.#agents.filter(({ queues, isDraining }) => queues.includes(queue) && !isDraining);
  }

  async #look(): Promise<void> {
    const begun = performance.now();
    try {
      await within(ANSWER_MS, () => this.#ask(begun));
      this.#isBack();
    } catch (error) {
      if (!this.#isClosed) this.#isAway(begun, error);
    }
    if (this.#isClosed) return;
    this.#options.looked();
    this.#timer = setTimeout(() => void this.#look(), this.#lookMs);
  }

  async #ask(now: number): Promise<void> {
    const { hearing, server, sent } = this.#options;
    if (now - this.#written >= BEAT_LOOKS * this.#lookMs) {
      await this.#registry.write({ ...this.#entry, seen: Date.now() });
      this.#written = now;
    } else await server.ping();
    this.#agents = (await this.#registry.read()).agents;
    // What is heard may wait for large values.
    void hearing.overdue();
    this.#tellUnserved(now);
    const waited = hearing.blobsAway.error(this.#options.patienceMs);
    if (waited) this.#options.gaveUp(waited);
    for (const one of [...sent.values()]) {
      if (one.sentAt === undefined || this.#isClosed) continue;
      if (one.worker === undefined && (await this.#isRefused(one))) continue;
      if (now - one.heardAt > QUIET_LOOKS * this.#lookMs) await this.#lookFor(one);
    }
  }

  /** Whether all of its workers have refused it. */
  async #isRefused(one: Sent): Promise<boolean> {
    const { hearing, server, parts, fail } = this.#options;
    const workers = this.#serving(one.queue).map(({ id }) => id);
    const error = hearing.refusals.error(one.queue, one.step, workers, await parts(one.step));
    if (!error || !(await server.remove(tasksName(one.queue), one.id))) return false;
    const away = hearing.refusals.withoutBlobs(one.queue, one.step, workers);
    if (away) hearing.waitForBlobs(one, away.worker, away.why);
    else fail(one, error);
    return true;
  }

  /** What is not in the queue, and of which nothing is on its way, is lost: the server has forgotten it. */
  async #lookFor(one: Sent): Promise<void> {
    const { server, token, sent, hearing } = this.#options;
    if (await server.has(tasksName(one.queue), one.id)) {
      one.isMissing = false;
      one.heardAt = performance.now();
      return;
    }
    const { waiting, active } = await server.counts(runName(token));
    if (waiting + active > 0 || sent.get(one.id) !== one || this.#isClosed) return;
    if (one.isMissing) hearing.vanished(one);
    one.isMissing = true;
  }

  /** Tells once of each queue, and of each need, that nobody serves. */
  #tellUnserved(now: number): void {
    const waiting = new Map<string, { queue: string; tasks: number; resources?: string }>();
    for (const { queue, worker, sentAt, jobs } of this.#options.sent.values()) {
      if (worker !== undefined || sentAt === undefined) continue;
      const { resources } = jobs[0] ?? {};
      const serving = this.#serving(queue);
      // Where there are workers, others will hardly come: that one needs more than they have is told at once.
      if (serving.length > 0 && serving.some((agent) => has(agent, resources))) this.#unserved.delete(queue);
      else if (serving.length > 0 || now - sentAt >= UNSERVED_LOOKS * this.#lookMs) {
        const needed = serving.length > 0 ? JSON.stringify(resources) : undefined;
        const key = needed === undefined ? queue : `${queue} ${needed}`;
        const { tasks } = waiting.get(key) ?? { tasks: 0 };
        const what = needed === undefined ? {} : { resources: needed };
        waiting.set(key, { queue, tasks: tasks + jobs.length, ...what });
      }
    }
    for (const [key, what] of waiting) {
      if (this.#unserved.has(key)) continue;
      this.#unserved.add(key);
      const queues = [...new Set(this.#agents.flatMap((agent) => agent.queues))].sort();
      this.#options.emit({ type: 'queue-unserved', queues, ...what });
    }
  }

  #isBack(): void {
    if (this.#awaySince === undefined) return;
    const ms = performance.now() - this.#awaySince;
    this.#awaySince = undefined;
    this.#options.emit({ type: 'queue-back', ms });
  }

  #isAway(since: number, cause: unknown): void {
    const { emit, server, patienceMs, gaveUp } = this.#options;
    if (this.#awaySince === undefined) {
      this.#awaySince = since;
      emit({ type: 'queue-away', url: server.shown });
    }
    if (performance.now() - this.#awaySince < patienceMs) return;
    const minutes = Math.round(patienceMs / 6000) / 10;
    const message = `The queue ${server.shown} has not answered for ${minutes} min: resume the run when it is back.`;
    gaveUp(new FlowError('FLOW_QUEUE_AWAY', message, { exit: 1, cause }));
  }
}

/** Whether a worker has so much at all. */
function has({ resources }: AgentEntry, wanted: Job['resources'] = {}): boolean {
  return Object.entries(wanted).every(([name, amount]) => (resources[name] ?? 0) >= amount);
}
