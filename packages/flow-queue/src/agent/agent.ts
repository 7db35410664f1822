/**
 * A worker: it takes chunks of tasks from queues, and talks. Pools of worker processes below it execute them, so that no step keeps it
 * from renewing its locks.
 * Long, because it is one life: what it takes depends on all that it has, and on whom it still works for.
 */
import { hostname } from 'node:os';
import { currentUser, type FingerprintOptions, type Fingerprints, packageVersion } from '@nx-flow/core/queue';
import { ANSWER_MS } from '../connection/redis';
import type { Consumer, Server, Taken } from '../connection/server';
import { within } from '../connection/within';
import { type AgentEntry, BEAT_MS, Registry } from '../registry/registry';
import { Accepting, type AcceptOptions } from '../ship/accepting';
import type { ChunkJob } from '../wire/chunk';
import type { Freight } from '../wire/freight';
import type { Order } from '../wire/message';
import { agentName, codeName, newAgentId, newToken, runName, tasksName } from '../wire/names';
import { AgentRun } from './agent-run';
import { CACHE_LIMIT, Cache } from './cache';
import { Checkout } from './checkout';
import { Outbox } from './outbox';
import { type Resources, Slots } from './slots';

export interface AgentOptions {
  /** It closes it. */
  server: Server;
  /** The checkout. Its process is to be there: relative paths in flows count from it. */
  workspace: string;
  queues: readonly string[];
  /** The most chunks at once. */
  slots: number;
  resources: Resources;
  /** The folder of large values. */
  cas: string;
  /** How much of them is kept for later tasks. Bytes; default 10 GB. */
  cacheLimit?: number;
  freight: Freight;
  /** What it does with code that runs send; by default it takes none. */
  ship?: AcceptOptions;
  /** Of the code in its workspace; by default in this process. */
  fingerprint?(options: FingerprintOptions): Promise<Fingerprints>;
  /** It ends by itself when it has had nothing to do for so long. Milliseconds. */
  idleExitMs?: number;
  /** How often it looks whether its runs go on. Milliseconds; default 5000. */
  beatMs?: number;
  tell?(event: AgentEvent): void;
}

export type AgentEvent =
  | { type: 'taken'; queue: string; flow: string; run: string; step: string; tasks: number }
  | { type: 'done'; queue: string; flow: string; run: string; step: string; tasks: number; ms: number }
  /** Its run has ended without a word. */
  | { type: 'run-gone'; flow: string; run: string };

/** A run that has not said for so long that it goes on has ended: 30 s. */
const GONE_BEATS = 6;

/** Worker processes stay for so long, with the flow imported: 60 s. */
const WARM_BEATS = 12;

/** What is for others, or for later, is looked at again after so long. Milliseconds. */
const LATER_MS = 500;
const SOON_MS = 50;

/** A chunk of a run that has ended may come so late. Milliseconds. */
const ENDED_MS = 10 * 60_000;

interface Known {
  run: AgentRun;
  flow: string;
  number: string;
  /** The last sign of life of the run, and when it was heard; of a steady clock. */
  beat: number | undefined;
  heardAt: number;
}

export class Agent {
  readonly id = newAgentId();
  readonly #options: AgentOptions;
  readonly #registry: Registry;
  readonly #checkout: Checkout;
  readonly #accepting: Accepting;
  readonly #slots: Slots;
  readonly #cache: Cache;
  readonly #runs = new Map<string, Known>();
  /** Runs that have ended, and when; of a steady clock. */
  readonly #ended = new Map<string, number>();
  readonly #running = new Set<AgentEntry['running'][number]>();
  #consumers: Pick<Consumer, 'pause' | 'resume' | 'close'>[] = [];
  #orders: Pick<Consumer, 'close'> | undefined;
  readonly #beatMs: number;
  readonly #since = Date.now();
  #idleSince = performance.now();
  #timer: NodeJS.Timeout | undefined;
  #stopping: Promise<void> | undefined;
  #end: (how: 'stopped' | 'idle') => void = () => {};
  /** Resolves when nothing of it is left. */
  readonly ended: Promise<'stopped' | 'idle'>;

  constructor(options: AgentOptions) {
    this.#options = options;
    this.#beatMs = options.beatMs ?? BEAT_MS;
    this.#registry = new Registry(options.server);
    this.#checkout = new Checkout(options.workspace, options.fingerprint);
    this.#accepting = new Accepting({ accept: false, folder: '', ...options.ship, ...options });
    this.#slots = new Slots(options.slots, options.resources);
    this.#cache = new Cache({ folder: options.cas, limit: options.cacheLimit ?? CACHE_LIMIT });
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  /** Resolves when it takes tasks. */
  async start(): Promise<this> {
    const { server, queues, slots } = this.#options;
    await this.#registry.write(this.#entry());
    this.#orders = server.consume<Order>({
      ...{ queue: agentName(this.id), concurrency: 1 },
      handle: ({ data }) => this.#obey(data),
    });
    this.#consumers = queues.map((queue) =>
      server.consume<ChunkJob>({
        ...{ queue: tasksName(queue), concurrency: slots },
        handle: (taken) => this.#take(queue, taken),
      }),
    );
    this.#timer = setTimeout(() => void this.#beat(), this.#beatMs);
    return this;
  }

  /** What has begun is finished, the rest goes back. Resolves when nothing of it is left. */
  stop(how: 'stopped' | 'idle' = 'stopped'): Promise<void> {
    this.#stopping ??= this.#drain(how);
    return this.#stopping;
  }

  /** Ends all at once: its tasks begin again elsewhere. */
  async kill(): Promise<void> {
    this.#stopping ??= Promise.resolve();
    clearTimeout(this.#timer);
    this.#accepting.close();
    await this.#options.server.close();
    await Promise.all([...this.#runs.values()].map(({ run }) => run.kill()));
    this.#end('stopped');
  }

  async #drain(how: 'stopped' | 'idle'): Promise<void> {
    clearTimeout(this.#timer);
    for (const { run } of this.#runs.values()) run.drain();
    await within(ANSWER_MS, () => this.#registry.write(this.#entry())).catch(() => {});
    await Promise.all(this.#consumers.map((consumer) => consumer.close()));
    await Promise.all([...this.#runs.values()].map(({ run }) => run.end(false)));
    await this.#orders?.close();
    const { server } = this.#options;
    await within(ANSWER_MS, async () => {
      await this.#registry.remove(this.#entry());
      await server.obliterate(agentName(this.id));
    }).catch(() => {});
    await server.close();
    this.#end(how);
  }

  async #take(queue: string, { id, data, wasLost, giveBack }: Taken<ChunkJob>): Promise<void> {
    const { token, flow, run: number, step, count, resources } = data;
    if (this.#ended.has(token)) return;
    if (this.#stopping) return giveBack(SOON_MS);
    const known = this.#known(data);
    if (wasLost) {
      // What is done of it, the run knows.
      known.run.outbox.say({ type: 'lost', chunk: id }, true);
      return known.run.outbox.flush();
    }
    if (!this.#slots.take(resources)) return giveBack(this.#slots.isFull ? SOON_MS : LATER_MS);
    this.#adjust();
    const what = { flow, run: number, step };
    const running = { ...what, count, since: Date.now() };
    this.#running.add(running);
    const refused = data.refusedBy?.includes(this.id) === true;
    if (!refused) this.#options.tell?.({ type: 'taken', queue, ...what, tasks: count });
    let isForOthers: boolean;
    try {
      isForOthers = await known.run.execute(id, data, refused);
    } finally {
      this.#running.delete(running);
      this.#slots.release(resources);
      this.#idleSince = performance.now();
      this.#adjust();
    }
    if (isForOthers) return giveBack(LATER_MS);
    this.#options.tell?.({ type: 'done', queue, ...what, tasks: count, ms: Date.now() - running.since });
  }

  /** Of several queues, each may fill all slots. */
  #adjust(): void {
    if (this.#consumers.length < 2) return;
    for (const consumer of this.#consumers) this.#slots.isFull ? consumer.pause() : consumer.resume();
  }

  #known({ token, flow, run: number }: ChunkJob): Known {
    let known = this.#runs.get(token);
    if (!known) {
      const { cas, freight } = this.#options;
      const run = new AgentRun({
        ...{ checkout: this.#checkout, accepting: this.#accepting, cache: this.#cache },
        ...{ outbox: this.#outbox(token), freight, cas },
      });
      known = { run, flow, number, beat: undefined, heardAt: performance.now() };
      this.#runs.set(token, known);
    }
    return known;
  }

  #outbox(token: string): Outbox {
    const { server } = this.#options;
    return new Outbox({ agent: this.id, send: (said) => server.add(runName(token), newToken(), said) });
  }

  async #obey({ token, answer }: Order): Promise<void> {
    const known = this.#runs.get(token);
    this.#runs.delete(token);
    this.#ended.set(token, performance.now());
    if (known) await known.run.end(answer);
    else if (answer) {
      const outbox = this.#outbox(token);
      outbox.say({ type: 'ended' });
      await outbox.flush();
    }
    // What was said just before is heard by nobody.
    if (!answer) await this.#options.server.obliterate(runName(token));
  }

  async #beat(): Promise<void> {
    const now = performance.now();
    for (const [token, at] of this.#ended) if (now - at > ENDED_MS) this.#ended.delete(token);
    try {
      await within(ANSWER_MS, async () => {
        await this.#registry.write(this.#entry());
        for (const [token, known] of this.#runs) await this.#lookAfter(token, known, now);
      });
    } catch {
      // The server is away: what is executed goes on, and is said when it is back.
    }
    await this.#cache.beat();
    if (this.#stopping) return;
    const { idleExitMs } = this.#options;
    if (idleExitMs !== undefined && this.#slots.busy === 0 && now - this.#idleSince > idleExitMs)
      return this.stop('idle');
    this.#timer = setTimeout(() => void this.#beat(), this.#beatMs);
  }

  /** Whether its run goes on, and whether it has anything to do for it. */
  async #lookAfter(token: string, known: Known, now: number): Promise<void> {
    const beat = await this.#registry.beat(token);
    if (beat !== undefined && beat !== known.beat) Object.assign(known, { beat, heardAt: now });
    const isGone = now - known.heardAt > GONE_BEATS * this.#beatMs;
    if (!isGone && known.run.idleMs < WARM_BEATS * this.#beatMs) return;
    this.#runs.delete(token);
    await known.run.end(false);
    if (!isGone) return;
    this.#options.tell?.({ type: 'run-gone', flow: known.flow, run: known.number });
    await this.#options.server.obliterate(runName(token));
    await this.#options.server.obliterate(codeName(token));
  }

  #entry(): AgentEntry {
    const { queues, slots, resources } = this.#options;
    return {
      ...{ kind: 'agent', id: this.id, host: hostname(), pid: process.pid, user: currentUser() },
      ...{ queues: [...queues], slots, resources, engine: packageVersion(), node: process.version },
      ...{ since: this.#since, seen: Date.now(), isDraining: this.#stopping !== undefined },
      running: [...this.#running],
    };
  }
}
