/** A store of runs, tasks, artifacts and logs, on top of a Kv and a CAS. */
import type { Cas } from './cas/cas';
import { type EventSink, LocalEvents } from './kv/event-sink';
import { type Holds, LocalHolds } from './kv/holds';
import { type Kv, namesAfter, type Op, pages, type ReadOptions, scan, valuesOf } from './kv/kv';
import { keys, lastNumber, prefixRange } from './kv/row-keys';
import { Tally } from './rows/contents';
import { isGone } from './rows/gone';
import { fromJson } from './rows/json';
import { LOG_PAGE, logRow, type TaskLogRow } from './rows/logs';
import { missing } from './rows/missing';
import type { RemovedRow } from './rows/missing-rows';
import { paramNames } from './rows/param-names';
import { Pins } from './rows/pins';
import { type ArtifactAddress, unpackArtifact } from './rows/records';
import type { ArtifactRecord, CodeRow, RunRow, TaskRow } from './rows/rows';
import { runEntries, runRows } from './rows/run-rows';
import type { TaggedRuns } from './rows/tagged-runs';
import { ADDED, applyChanges, REMOVED, type TagChanges } from './rows/tags';
import { withTwin } from './rows/twins';
import { requireWholeRun } from './rows/whole';

export class Store {
  readonly kv: Kv;
  readonly cas: Cas;
  /** Events to and from the other processes that have the store open. */
  readonly events: EventSink;
  readonly holds: Holds;
  readonly #pins: Pins;

  constructor(kv: Kv, cas: Cas, events: EventSink = new LocalEvents(), holds: Holds = new LocalHolds()) {
    this.kv = kv;
    this.cas = cas;
    this.events = events;
    this.holds = holds;
    this.#pins = new Pins(holds);
  }

  /** Takes a new run number. The same nonce gets the same number, so a resend cannot take two. */
  claimRun(flow: string, nonce: string): Promise<number> {
    return this.kv.claim(keys.counter(flow), keys.nonce(flow, nonce));
  }

  /** @param fence the run that writes, as {@link coordinate} gave it. @throws FlowError FLOW_RUN_TAKEN */
  commit(ops: readonly Op[], fence?: string): Promise<void> {
    return this.kv.batch(ops, { sync: true, ...(fence === undefined ? {} : { fence }) });
  }

  /**
   * Makes this process the one that coordinates a run, until it ends or closes the store: the run goes on as long. Call before
   * the run's first row is written. Returns the fence of all that the run writes.
   */
  coordinate(flow: string, run: number): string {
    const fence = keys.fence(flow, run);
    // The run's next write would be refused in any case.
    this.holds.hold(fence).catch(() => {});
    return fence;
  }

  /**
   * Nobody removes large values that are stored from now on, although nothing refers to them yet, until what is returned is
   * called, or this store is closed. Call before the first of them is stored.
   */
  storing(): () => void {
    return this.#pins.bytes();
  }

  /** Takes a killed run: whoever coordinates it can write no more. Returns false where it may still go on. */
  takeKilled(row: RunRow): Promise<boolean> {
    return this.holds.take(keys.fence(row.flow, row.run), isGone(row));
  }

  /**
   * While this store is open, nothing is removed of a run that it read.
   * @throws FlowError FLOW_STORE_CORRUPT, as all that follows, where a repair found it lost
   */
  async run(flow: string, run: number): Promise<RunRow | undefined> {
    this.#pins.run(flow, run);
    return this.unpinnedRun(flow, run);
  }

  /** The same for who removes runs: the run is not kept from being removed. */
  async unpinnedRun(flow: string, run: number): Promise<RunRow | undefined> {
    const [row] = await this.#rows<RunRow>([keys.run(flow, run)]);
    return row && (await this.#asTheyAre([row]))[0];
  }

  /** What is left of a run that was removed. */
  async removed(flow: string, run: number): Promise<RemovedRow | undefined> {
    return fromJson(await this.kv.get(keys.removed(flow, run)));
  }

  /** The rows, with those marked that were killed. Asks once about all that may have been. */
  async #asTheyAre(rows: RunRow[]): Promise<RunRow[]> {
    const open = rows.filter(({ status }) => status === 'running');
    if (open.length === 0) return rows;
    const states = await this.holds.states(open.map(({ flow, run }) => keys.fence(flow, run)));
    const gone = (row: RunRow, i: number) => states[i] === 'free' || (states[i] === 'unsure' && isGone(row));
    const killed = new Set(open.filter(gone));
    return rows.map((row) => (killed.has(row) ? { ...row, status: 'killed' } : row));
  }

  /** Newest first. @param before only runs with smaller numbers */
  runs(flow: string, namespace?: string, before?: number): AsyncGenerator<RunRow, void, undefined> {
    return this.#pins.each(flow, this.#runs(flow, namespace, before));
  }

  async *#runs(flow: string, namespace?: string, before?: number): AsyncGenerator<RunRow[], void, undefined> {
    for await (const entries of runEntries(this.kv, flow, namespace, before))
      yield await this.#asTheyAre(runRows(entries));
  }

  /** The newest run of a namespace or of all, by one reverse seek. @throws FlowError FLOW_STORE_CORRUPT where it is lost */
  async latest(flow: string, namespace?: string): Promise<RunRow | undefined> {
    const prefix = namespace === undefined ? keys.runs(flow) : keys.namespace(flow, namespace);
    for (let before: string | undefined; ; ) {
      const [entry] = await missing(this.kv).range({ ...prefixRange(prefix), reverse: true, limit: 1 });
      const row = entry && (await this.run(flow, lastNumber(entry[0])));
      // It may have been removed meanwhile.
      if (row || entry?.[0] === before) return row;
      before = entry?.[0];
    }
  }

  /** The user's current tags of a run. @throws FlowError FLOW_STORE_CORRUPT where a change of them is lost */
  async tags({ flow, run, tags }: RunRow): Promise<string[]> {
    const { changesOf } = await import('./rows/tagged-runs');
    return applyChanges(tags, await changesOf(this.kv, flow, run));
  }

  /** The rows of {@link runs} with their current tags, or those that have all of some tags. */
  tagged(flow: string, wanted: TaggedRuns = {}): AsyncGenerator<RunRow, void, undefined> {
    return this.#pins.each(flow, this.pagesOfTagged(flow, wanted));
  }

  /** The same, as {@link unpinnedRun}. */
  async *pagesOfTagged(flow: string, wanted: TaggedRuns = {}): AsyncGenerator<RunRow[], void, undefined> {
    const { taggedRuns } = await import('./rows/tagged-runs');
    const all = () => runEntries(this.kv, flow, wanted.namespace);
    for await (const rows of taggedRuns(this.kv, flow, wanted, all, runRows))
      yield await this.#asTheyAre(rows);
  }

  /**
   * Adds and removes tags of a run. A tag in both lists is added. Each tag has its own key, so concurrent changes
   * of several processes and of the run itself all take effect. The operation is idempotent.
   */
  changeTags(flow: string, run: number, { add = [], remove = [] }: TagChanges): Promise<void> {
    const ops = (value: string) => (tag: string) => withTwin({ key: keys.tag(flow, run, tag), value });
    return this.commit([...remove.flatMap(ops(REMOVED)), ...add.flatMap(ops(ADDED))]);
  }

  /** The flows that have runs, by one seek each. */
  flows(): AsyncGenerator<string, void, undefined> {
    return namesAfter(this.kv, keys.allRuns(), (flow) => keys.runs(flow));
  }

  /** The namespaces in which a flow has runs, by one seek each. */
  namespaces(flow: string): AsyncGenerator<string, void, undefined> {
    return namesAfter(this.kv, keys.namespaces(flow), (namespace) => keys.namespace(flow, namespace));
  }

  async task(flow: string, run: number, step: string, task: number): Promise<TaskRow | undefined> {
    return (await this.#rows<TaskRow>([keys.task(flow, run, step, task)]))[0];
  }

  async taskRows(
    flow: string,
    run: number,
    tasks: readonly { step: string; task: number }[],
  ): Promise<(TaskRow | undefined)[]> {
    return this.#rows(tasks.map(({ step, task }) => keys.task(flow, run, step, task)));
  }

  /** The tasks of a run or step, by step, then by number. @param from with a step, skips smaller numbers */
  async *tasks(
    flow: string,
    run: number,
    step?: string,
    from?: number,
  ): AsyncGenerator<TaskRow, void, undefined> {
    const range = prefixRange(keys.tasks(flow, run, step));
    if (step !== undefined && from !== undefined) range.gte = keys.task(flow, run, step, from);
    const tally = new Tally();
    for await (const entries of pages(this.kv, range)) {
      for (const entry of entries) {
        const row = fromJson<TaskRow>(entry[1]) as TaskRow;
        if (row.status !== 'running') tally.add(...entry);
        yield row;
      }
    }
    if (from === undefined) await requireWholeRun(this, 'task', { flow, run, step }, range, tally);
  }

  /** The task of a step with the smallest number. */
  async firstTask(flow: string, run: number, step: string): Promise<TaskRow | undefined> {
    const [entry] = await this.kv.range({ ...prefixRange(keys.tasks(flow, run, step)), limit: 1 });
    return entry && fromJson<TaskRow>(entry[1]);
  }

  /** The fingerprints of a run's steps. Undefined for a run that recorded none. */
  async code(flow: string, run: number): Promise<CodeRow | undefined> {
    return (await this.#rows<CodeRow>([keys.code(flow, run)]))[0];
  }

  /** The names of a run's parameters. */
  paramNames(flow: string, run: number): Promise<string[]> {
    return paramNames(this, flow, run);
  }

  /** @param how `atOnce`: undefined may also be one that is lost, or is not written yet */
  async artifacts(addresses: readonly ArtifactAddress[], how?: ReadOptions) {
    const wanted = addresses.map((a) => keys.artifact(a.flow, a.run, a.step, a.task, a.name));
    const values = await (how?.atOnce ? valuesOf(this.kv, wanted, how) : this.#values(wanted));
    return values.map((value): ArtifactRecord | undefined => value && unpackArtifact(value));
  }

  async #rows<T>(wanted: readonly string[]): Promise<(T | undefined)[]> {
    return (await this.#values(wanted)).map((value) => fromJson<T>(value));
  }

  async #values(wanted: readonly string[]): Promise<(Uint8Array | undefined)[]> {
    const values = await valuesOf(this.kv, wanted);
    const missing = wanted.filter((_, i) => values[i] === undefined);
    if (missing.length > 0) await (await import('./rows/lost-records')).requireNotLost(this.kv, missing);
    return values;
  }

  /** The logs of a run, a step or a task, task by task in key order. `logs.ts` reads them by time. */
  async *logs(
    flow: string,
    run: number,
    step?: string,
    task?: number,
  ): AsyncGenerator<TaskLogRow, void, undefined> {
    const range = prefixRange(keys.logs(flow, run, step, task));
    const tally = new Tally();
    for await (const entry of scan(this.kv, range, LOG_PAGE)) {
      tally.add(...entry);
      yield logRow(entry);
    }
    if (task === undefined) await requireWholeRun(this, 'log', { flow, run, step }, range, tally);
  }

  async close(): Promise<void> {
    this.cas.close?.();
    await this.kv.close();
  }
}
