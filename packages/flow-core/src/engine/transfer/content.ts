/**
 * The content of a run in its self-contained transfer form. Tasks that a resumed run had taken over appear as if
 * this run had executed them, with artifacts and logs. What only its own store can understand is left out.
 */
import { FlowError } from '../../definition/errors';
import { scan } from '../../store/kv/kv';
import { keys, prefixRange } from '../../store/kv/row-keys';
import { LOG_PAGE } from '../../store/rows/logs';
import type { ArtifactRecord, CodeRow, ErrorRecord, LogRow, RunRow, TaskRow } from '../../store/rows/rows';
import type { Store } from '../../store/store';
import { relabelledRow } from '../record/build-task-row';
import { allLostOf, lost, someLost } from '../record/lost';
import { cardsOfRun } from '../record/read-cards';
import { partsOfRun } from '../record/read-parts';
import { refersToOthers } from '../record/refers';
import { addressOf, formatLabel, labelOf, taskOf } from '../task/label';
import type { ArtifactAt, CardAt, LogAt, PartAt } from './format';

export type Content =
  | { kind: 'task'; row: TaskRow }
  | { kind: 'artifact'; at: ArtifactAt; record: ArtifactRecord };

/** How many artifacts are read together: at 32 KB, the largest size in LevelDB, they are 8 MB. */
const GROUP = 256;

const KILLED: ErrorRecord = {
  name: 'FlowError',
  code: 'FLOW_RUN_KILLED',
  message: 'The run ended while this task was running.',
};

/** A task of the run and the task that owns its artifacts: itself, or the one that it was taken over from. */
interface Placed {
  row: TaskRow;
  run: number;
  step: string;
  task: number;
}

export class RunContent {
  readonly #store: Store;
  readonly #row: RunRow;
  /** The current tags. */
  readonly #tags: string[];
  /** Tasks of other runs that this run took over: `run/step/task` to `step/task` of this run. */
  readonly #standIns = new Map<string, string>();

  private constructor(store: Store, row: RunRow, tags: string[]) {
    this.#store = store;
    this.#row = row;
    this.#tags = tags;
  }

  /** @throws FlowError FLOW_RUN_GOES_ON, FLOW_STORE_CORRUPT */
  static async of(store: Store, row: RunRow): Promise<RunContent> {
    const { flow, run } = row;
    if (row.status === 'running') {
      throw new FlowError(
        'FLOW_RUN_GOES_ON',
        `${flow}/${run} still runs: a run can be exported when it has ended.`,
      );
    }
    const lost = await allLostOf(store, row);
    if (lost.length > 0) {
      const message = `${flow}/${run} is not whole, so it cannot be exported. ${someLost(lost)}`;
      throw new FlowError('FLOW_STORE_CORRUPT', message, { exit: 1 });
    }
    const content = new RunContent(store, row, await store.tags(row));
    if (refersToOthers(row)) {
      for await (const { step, task, origin } of store.tasks(flow, run)) {
        if (origin !== undefined) content.#standIns.set(origin, labelOf({ step, task }));
      }
    }
    return content;
  }

  /** The run's row as in the store in which it ran, with its fields sorted by name. */
  run(): RunRow {
    // What a store holds of a run is told by the store: another one counts anew.
    const { imported, contents: _, repaired: _repaired, summaries: _summaries, ...rest } = this.#row;
    const row = { ...rest, tags: this.#tags };
    const ended: RunRow = row.status === 'killed' ? { ...row, status: 'failed', error: killed(row) } : row;
    const original: RunRow = imported
      ? {
          ...ended,
          run: runNumber(imported.run),
          namespace: imported.namespace,
          ...(imported.origin === undefined ? {} : { origin: imported.origin }),
        }
      : ended;
    const sorted = Object.entries(original).sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(sorted) as unknown as RunRow;
  }

  /** The fingerprints. A resumed run has none, since other code computed a part of its tasks. */
  async code(): Promise<CodeRow | undefined> {
    const { flow, run, origin, imported } = this.#row;
    return origin === undefined && imported?.origin === undefined ? this.#store.code(flow, run) : undefined;
  }

  /** Yields the parameters, then each task followed by its artifacts. @throws FlowError FLOW_STORE_CORRUPT */
  async *rows(): AsyncGenerator<Content, void, undefined> {
    const { flow, run } = this.#row;
    const params = await this.#store.paramNames(flow, run);
    yield* this.#artifacts(params.map((name) => [{ step: 'params', task: 0, name }, `${run}/params/0`]));
    let group: Placed[] = [];
    let names = 0;
    for await (const row of this.#store.tasks(flow, run)) {
      const placed = await this.#placed(row);
      group.push(placed);
      names += placed.row.stored.length;
      if (names < GROUP && group.length < GROUP) continue;
      yield* this.#group(group);
      group = [];
      names = 0;
    }
    yield* this.#group(group);
  }

  /** Yields the output of its tasks in task order, also of those that it had taken over. */
  async *logs(): AsyncGenerator<LogAt, void, undefined> {
    const { flow, run } = this.#row;
    if (this.#standIns.size === 0) {
      yield* this.#logs(keys.logs(flow, run));
      return;
    }
    for await (const { step, task, origin } of this.#store.tasks(flow, run)) {
      const from = taskOf(run, origin ?? labelOf({ step, task }));
      for await (const log of this.#logs(keys.logs(flow, from.run, from.step, from.task)))
        yield { ...log, task };
    }
  }

  /** Yields what its tasks showed, also those that it had taken over. */
  cards(): AsyncGenerator<CardAt, void, undefined> {
    return cardsOfRun(this.#store, this.#row);
  }

  /** Yields their parts of cards that they had together. */
  parts(): AsyncGenerator<PartAt, void, undefined> {
    return partsOfRun(this.#store, this.#row);
  }

  async *#logs(prefix: string): AsyncGenerator<LogAt, void, undefined> {
    for await (const [key, value] of scan(this.#store.kv, prefixRange(prefix), LOG_PAGE)) {
      const [step = '', task, attempt, seq] = key.split('/').slice(3);
      const row: LogRow = JSON.parse(Buffer.from(value).toString('utf8'));
      yield { step, task: Number(task), attempt: Number(attempt), seq: Number(seq), ...row };
    }
  }

  async *#group(group: readonly Placed[]): AsyncGenerator<Content, void, undefined> {
    const wanted = group.flatMap(({ row: { step, task, stored }, ...from }) =>
      stored.map((name): Wanted => [{ step, task, name }, `${from.run}/${from.step}/${from.task}`]),
    );
    const artifacts = this.#artifacts(wanted);
    for (const { row } of group) {
      yield { kind: 'task', row };
      for (let left = row.stored.length; left > 0; left--) yield (await artifacts.next()).value as Content;
    }
  }

  async *#artifacts(wanted: readonly Wanted[]): AsyncGenerator<Content, void, undefined> {
    const { flow, run } = this.#row;
    for (let i = 0; i < wanted.length; i += GROUP) {
      const some = wanted.slice(i, i + GROUP);
      const found = await this.#store.artifacts(
        some.map(([at, from]) => addressOf(flow, run, from, at.name)),
      );
      for (const [n, [at, from]] of some.entries()) {
        const record = found[n];
        if (!record) throw this.#lost(`${flow}/${from}/${at.name}`);
        yield { kind: 'artifact', at, record };
      }
    }
  }

  /** The row with labels of this run only. A taken-over task appears as if it had been executed here. */
  async #placed(row: TaskRow): Promise<Placed> {
    const { flow, run } = this.#row;
    const { origin, unlike: _, ...rest } = row;
    const from = taskOf(run, origin ?? labelOf(row));
    const stored =
      origin === undefined
        ? row.stored
        : (await this.#store.task(flow, from.run, from.step, from.task))?.stored;
    if (!stored) throw this.#lost(`${flow}/${origin}`);
    // What the task itself stored belongs to it now.
    const shown = Object.entries(row.inherited).filter(([, at]) => at !== origin);
    const here = relabelledRow({ ...rest, inherited: Object.fromEntries(shown) }, (label) =>
      this.#local(label),
    );
    const ended = row.status === 'running' ? { status: 'failed' as const, error: KILLED } : {};
    return { row: { ...here, ...ended, stored }, ...from };
  }

  /** `step/task` of this run. */
  #local(label: string): string {
    const { run, step, task } = taskOf(this.#row.run, label);
    if (run === this.#row.run) return labelOf({ step, task });
    const local = this.#standIns.get(formatLabel({ run, step, task }));
    // All that a taken-over task shows was stored by an earlier task, which was taken over too.
    if (local === undefined) throw this.#lost(`${this.#row.flow}/${label}`);
    return local;
  }

  #lost(what: string): FlowError {
    return lost(what, `${this.#row.flow}/${this.#row.run}`);
  }
}
type Wanted = [at: ArtifactAt, from: string];

function killed({ flow, run }: RunRow): ErrorRecord {
  return { name: 'FlowError', code: 'FLOW_RUN_KILLED', message: `${flow}/${run} was killed.` };
}

/** The number in `movies/12`. */
function runNumber(pathspec: string): number {
  return Number(pathspec.slice(pathspec.lastIndexOf('/') + 1));
}
