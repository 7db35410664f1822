/**
 * What an agent has of one run: its worker processes, the chunks that they are at, and what is said to the run.
 * Long, because a chunk, its processes and what is said of it end together, whichever of them ends first.
 */
import {
  installPackages,
  isFlowError,
  type Job,
  messageOf,
  ProcessPool,
  packageVersion,
  type TaskOutcome,
  toRecord,
} from '@nx-flow/core/queue';
import type { Accepting } from '../ship/accepting';
import { unpack } from '../wire/bytes';
import { type Chunk, type ChunkJob, WIRE } from '../wire/chunk';
import type { Carried, Freight } from '../wire/freight';
import type { Refusal } from '../wire/message';
import { type Cache, hashesOf } from './cache';
import type { Checkout, Code } from './checkout';
import { Codes, type FoundCode } from './codes';
import type { Outbox } from './outbox';
import { RunHost } from './run-host';
import { requireHere, withoutSecrets } from './secrets';
import { Work } from './work';

export interface AgentRunOptions {
  checkout: Checkout;
  /** For code that the run has sent. */
  accepting: Accepting;
  outbox: Outbox;
  freight: Freight;
  /** The folder of large values. */
  cas: string;
  /** The same folder: what is in use of it stays. */
  cache: Cache;
}

/** Worker processes that have all imported the same code with the same options. */
interface Processes {
  key: string;
  code: Code;
  host: RunHost;
  pool: ProcessPool;
}

interface Finished {
  work: Work;
  code: Code;
  job: Job;
  at: number;
  outcome: TaskOutcome;
}

export class AgentRun {
  readonly outbox: Outbox;
  readonly #options: AgentRunOptions;
  readonly #codes: Codes;
  /** The last ones: others end with the chunks that they are at. */
  #newest: Processes | undefined;
  readonly #all = new Set<Processes>();
  /** With the place of large values that its run uses. */
  #freight: Freight;
  #finished: Finished[] = [];
  /** Chunks that it has taken, or is about to. */
  #size = 0;
  #isDraining = false;
  #isClosed = false;
  #ending: Promise<void> | undefined;
  /** Since when it has nothing to do, of a steady clock. */
  #idleSince = performance.now();

  constructor(options: AgentRunOptions) {
    this.#options = options;
    this.#codes = new Codes(options.checkout, options.accepting);
    this.outbox = options.outbox;
    this.#freight = options.freight;
  }

  /** How long it has had nothing to do. Milliseconds. */
  get idleMs(): number {
    return this.#size > 0 ? 0 : performance.now() - this.#idleSince;
  }

  /**
   * Resolves when all of the chunk is said: outcomes, or that the rest is not executed here.
   * @param refused it has said so before
   * @returns whether it is for another worker still
   */
  async execute(id: string, data: ChunkJob, refused: boolean): Promise<boolean> {
    this.#size++;
    try {
      const refusal = await this.#try(id, data);
      if (refusal && refused) return true;
      if (refusal) await this.outbox.refuse(id, refusal);
      await this.outbox.flush();
      return false;
    } finally {
      this.#size--;
      this.#idleSince = performance.now();
    }
  }

  async #try(id: string, data: ChunkJob): Promise<Refusal | undefined> {
    const { v, step, body, engine, node, shipped } = data;
    if (v !== WIRE || engine !== packageVersion() || major(node) !== major(process.version))
      return { reason: 'version', engine: packageVersion(), node: process.version };
    let leave = () => {};
    try {
      const chunk = unpack<Chunk>(body);
      const { cache } = this.#options;
      this.#freight = this.#freight.of(chunk.store);
      const found = await this.#codes.of(data, chunk);
      const { digest, parts } = found.code.of(step);
      if (digest !== chunk.code) return { reason: 'code', parts };
      requireHere(step, chunk.needs);
      const { workspace } = found.checkout;
      const scripts = shipped === undefined || this.#options.accepting.scripts;
      const packages = chunk.packages && (await installPackages(chunk.packages, { workspace, scripts }));
      const work = new Work(id, chunk, packages);
      const records = [...work.records()];
      leave = cache.use(hashesOf(records));
      await this.#freight.receive(records, chunk.carried);
      if (this.#isClosed) return undefined;
      this.outbox.say({ type: 'taken', chunk: id });
      return await this.#perform(work, found);
    } catch (error) {
      return { reason: 'unable', code: isFlowError(error) ? error.code : '', why: messageOf(error) };
    } finally {
      leave();
    }
  }

  async #perform(work: Work, found: FoundCode): Promise<Refusal | undefined> {
    const processes = this.#processesFor(work.chunk, found);
    const { host, pool } = processes;
    host.add(work);
    if (this.#isDraining) host.cut();
    pool.wake();
    const how = await work.ended;
    // Where the run waits for its end, the chunk is there until its processes have ended.
    if (how === 'dropped') await this.#ending;
    host.remove(work);
    if (processes !== this.#newest && host.works.size === 0) await this.#end(processes);
    if (how === 'returned') this.outbox.say({ type: 'returned', chunk: work.id });
    return typeof how === 'object' ? how : undefined;
  }

  /** Those that have the same code, and none of the tasks: a pool knows them by their numbers. */
  #processesFor(
    { file, with: given, without, tasks, run, secrets }: Chunk,
    { checkout, code }: FoundCode,
  ): Processes {
    const key = JSON.stringify([file, given, without]);
    const newest = this.#newest;
    if (newest) {
      const isTwice = tasks.some(({ spec }) => [...newest.host.works].some((work) => work.has(spec.task)));
      if (newest.key === key && newest.code === code && !isTwice) return newest;
      if (newest.host.works.size === 0) void this.#end(newest);
    }
    const { cas } = this.#options;
    const host: RunHost = new RunHost(
      { ...run, cwd: checkout.workspace },
      {
        say: (message) => this.outbox.say(message),
        finished: (work, job, at, outcome) => {
          if (this.#finished.push({ work, code, job, at, outcome }) === 1) setImmediate(() => this.#settle());
        },
        broken: (error) => this.#broken(processes, error),
      },
    );
    const pool = new ProcessPool({
      ...{ file: checkout.path(file), flow: run.flow, cas, with: given, without },
      cwd: checkout.workspace,
      // Each chunk has a process at work. The pool asks each time.
      get max() {
        return Math.max(1, host.works.size);
      },
    });
    pool.attach(withoutSecrets(host, secrets));
    const processes: Processes = { key, code, host, pool };
    this.#newest = processes;
    this.#all.add(processes);
    return processes;
  }

  /** Outcomes are sent where the code is still what was proven: else another code may have made them. */
  #settle(): void {
    const holds = new Map<Code, boolean>();
    for (const { work, code, job, at, outcome } of this.#finished.splice(0)) {
      if (!holds.has(code)) holds.set(code, code.holds());
      if (holds.get(code)) void this.#say(work, job, at, outcome);
      else {
        if (this.#newest?.code === code) this.#newest = undefined;
        work.giveUp('returned');
      }
    }
  }

  async #say(work: Work, job: Job, at: number, outcome: TaskOutcome): Promise<void> {
    if (outcome.status === 'failed') delete outcome.failure.thrown;
    let said = outcome;
    let carried: Carried = [];
    const { cache } = this.#options;
    const stored = outcome.status === 'done' ? outcome.result.stored.map(([, record]) => record) : [];
    const leave = cache.use(hashesOf(stored));
    try {
      // What a task has made is not thrown away: it waits as long as the run does.
      const isOver = () => this.#isClosed || this.#isDraining;
      carried = await this.#freight.send(stored, this.outbox.waiting(work.id, isOver));
    } catch (error) {
      // It ends: another worker may reach the place of large values.
      if (isFlowError(error) && error.code === 'FLOW_BLOBS_AWAY')
        return work.giveUp({ reason: 'unable', code: error.code, why: error.message });
      const { startedAt, durationMs } = outcome;
      said = { startedAt, durationMs, status: 'failed', failure: { error: toRecord(error) } };
    } finally {
      leave();
    }
    if (work.at(job) === undefined) return;
    this.outbox.say({ type: 'outcome', chunk: work.id, at, outcome: said, carried }, true);
    work.finish(job);
  }

  /** The flow does not load here: other workers may be able to. */
  #broken(processes: Processes, error: unknown): void {
    const { code = 'FLOW_IMPORT', message } = error as { code?: string; message: string };
    if (this.#newest === processes) this.#newest = undefined;
    if (processes.host.works.size === 0) void this.#end(processes);
    for (const work of processes.host.works) work.giveUp({ reason: 'unable', code, why: message });
  }

  async #end(processes: Processes): Promise<void> {
    if (this.#newest === processes) this.#newest = undefined;
    await processes.pool.close();
    this.#all.delete(processes);
  }

  /** What has begun is finished; the rest goes back. */
  drain(): void {
    this.#isDraining = true;
    for (const { host } of this.#all) host.cut();
  }

  /** Ends its tasks and its processes, and says what was not said yet. @param answer says so to the run */
  async end(answer: boolean): Promise<void> {
    await this.#endAll();
    if (answer) this.outbox.say({ type: 'ended' }, true);
    await this.outbox.flush();
    this.outbox.close();
  }

  /** The same, and says nothing. */
  kill(): Promise<void> {
    this.outbox.close();
    return this.#endAll();
  }

  #endAll(): Promise<void> {
    this.#isClosed = true;
    const all = [...this.#all];
    this.#ending = Promise.all(all.map((processes) => this.#end(processes))).then(() => {});
    for (const { host } of all) for (const work of host.works) work.giveUp('dropped');
    void this.#ending.then(() => this.#codes.close());
    return this.#ending;
  }
}

const major = (version: string) => version.replace(/^v?(\d+).*/, '$1');
