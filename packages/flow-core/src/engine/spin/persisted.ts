/**
 * A persisted spin: a run of a store of its own, `spin/` beside the real one's folders, with a task for each spun
 * one. It can be read by itself: what a task passes on is there too, and parents are named by their full pathspecs.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { type Graph, passesOn } from '../../definition/graph';
import type { Cas } from '../../store/cas/cas';
import { shareBytes } from '../../store/cas/share-bytes';
import type { Op } from '../../store/kv/kv';
import { record } from '../../store/rows/records';
import type { ArtifactRecord, ErrorRecord, RunRow, TaskRow } from '../../store/rows/rows';
import type { Store } from '../../store/store';
import { INLINE_LIMIT } from '../../store/values/artifacts';
import type { KeptPart } from '../cards/kept-parts';
import type { KeptCard } from '../cards/render-cards';
import type { Resolved } from '../inputs/resolved';
import { originOf } from '../inputs/resolved';
import { endedRun, startedRun } from '../record/build-run-row';
import { taskRow, withResult } from '../record/build-task-row';
import { Journal } from '../record/journal';
import { TaskLogs } from '../record/task-logs';
import { fullPathspec, isLabel, labelOf } from '../task/label';
import type { TaskResult } from '../task/task';
import type { View, Visible } from '../task/view';

/** The store of persisted spins, by the folder of the real one. */
export function spinStoreFolder(store: string): string {
  return join(store, 'spin');
}

export interface PersistOptions {
  graph: Graph;
  /** Where to keep. */
  store: Store;
  /** Where large values that are passed on lie. */
  from: Cas;
  user: string;
  namespace: string;
  /** Parameters that were given for this spin. */
  paramInputs: Record<string, unknown>;
  file?: string;
}

/** What one task came to. */
export interface PersistedTask {
  startedAt: number;
  durationMs: number;
  result?: TaskResult;
  error?: ErrorRecord;
  /** What it showed. */
  cards?: readonly KeptCard[] | undefined;
  parts?: readonly KeptPart[] | undefined;
  /** The view of an input, by its label. */
  view(label: string): View | undefined;
}

export class PersistedSpin {
  readonly row: RunRow;
  readonly #options: PersistOptions;
  readonly #journal: Journal;
  readonly #logs: TaskLogs;
  readonly #stored: () => void;
  readonly #tasks = { done: 0, failed: 0 };
  #error: ErrorRecord | undefined;

  private constructor(options: PersistOptions, row: RunRow) {
    this.#options = options;
    this.row = row;
    this.#stored = options.store.storing();
    this.#journal = new Journal(options.store, options.store.coordinate(row.flow, row.run));
    this.#logs = new TaskLogs(row.flow, row.run, this.#journal);
  }

  /** Takes a run number and writes the run's first row. @param origin The run or task whose inputs these are. */
  static async begin(
    options: PersistOptions,
    step: string,
    origin: string | undefined,
    params: readonly [string, ArtifactRecord][],
  ): Promise<PersistedSpin> {
    const { graph, store, user, namespace, paramInputs, file } = options;
    if (graph.secrets) {
      const { secretsOf } = await import('../secrets/secrets');
      secretsOf(graph).refuseRecord(options);
    }
    const run = await store.claimRun(graph.flow, randomUUID());
    const spunFrom = { step, ...(origin === undefined ? {} : { origin }) };
    const row = startedRun({ graph, run, user, namespace, paramInputs: paramInputs, spunFrom, file });
    const kept = new PersistedSpin(options, row);
    const address = { flow: graph.flow, run, step: 'params', task: 0 };
    const ops: Op[] = [];
    for (const [name, value] of params) {
      ops.push(record.artifact({ ...address, name }, await kept.#adopt(value)));
    }
    kept.#journal.addAll([...record.run(kept.row), ...ops]);
    return kept;
  }

  /** `movies/3`, of the store of persisted spins. */
  get pathspec(): string {
    return `${this.row.flow}/${this.row.run}`;
  }

  /** Where large values lie of what a step returned, where no worker process has kept them. */
  get cas(): Cas {
    return this.#options.store.cas;
  }

  log(task: number, stream: 'stdout' | 'stderr', text: string): void {
    this.#logs.add(this.row.spunFrom?.step as string, task, 0, stream, text);
  }

  /** A spun task with all that it shows; its row is the last. @param task Its number, from 1. */
  async task(task: number, resolved: Resolved, kept: PersistedTask): Promise<void> {
    const { node, parents, base, stack, branches, iteration } = resolved;
    const { flow, run } = this.row;
    const { result, error } = kept;
    const label = labelOf({ step: node.name, task });
    const origin = originOf(this.#options.graph, resolved);
    const passed = result ? passedOn(resolved, kept, result) : [];
    const artifacts: Op[] = [];
    const address = { flow, run, step: node.name, task };
    for (const [name, value] of passed) {
      artifacts.push(record.artifact({ ...address, name }, await this.#adopt(value)));
    }
    // These bytes are here already: whoever executed the task put them here.
    for (const [name, value] of result?.stored ?? [])
      artifacts.push(record.artifact({ ...address, name }, value));
    const at = {
      task,
      attempt: 0,
      parents: parents.map((parent) => pathspecOf(resolved, parent)),
      ...(base === undefined ? {} : { base: pathspecOf(resolved, base) }),
      branches,
      stack: stack.map((frame) => ({ ...frame, shownBy: pathspecOf(resolved, frame.shownBy) })),
      iteration,
    };
    const begun = taskRow(node, at, error ? 'failed' : 'done', kept);
    const inherited = Object.fromEntries(passed.map(([name]) => [name, label]));
    const row: TaskRow = {
      ...(result ? withResult(begun, node, result, inherited) : begun),
      ...(origin === undefined ? {} : { spunFrom: origin }),
      sources: Object.fromEntries(passed.map(([name, { at: from }]) => [name, pathspecOf(resolved, from)])),
      ...(error ? { error } : {}),
    };
    if (error) this.#tasks.failed++;
    else this.#tasks.done++;
    this.#error ??= error;
    const cards = (kept.cards ?? []).map(({ id, ...card }) =>
      record.card(flow, run, { step: node.name, task, attempt: 0, id }, card),
    );
    const parts = (kept.parts ?? []).map(({ id, part }) =>
      record.part(flow, run, { step: node.name, task, attempt: 0, id }, { part }),
    );
    const logs = this.#logs.take(node.name, task);
    this.#journal.addAll([...logs, ...artifacts, ...cards, ...parts, record.task(flow, run, row)]);
  }

  /** The run's last row; resolves when everything is acknowledged. @throws what the store threw */
  async end(durationMs: number, error = this.#error): Promise<void> {
    this.#logs.flush();
    const status = error ? 'failed' : 'done';
    const row = endedRun(this.row, status, durationMs, {
      tasks: this.#tasks,
      error,
      contents: this.#journal.contents,
    });
    this.#journal.add(...record.run(row));
    await this.#journal.flush();
    this.#stored();
  }

  /** A record of elsewhere, with its bytes in this store: small ones in it, large ones in its CAS. */
  async #adopt({ at: _, ...value }: ArtifactRecord & { at?: string }): Promise<ArtifactRecord> {
    const { cas } = this.#options.store;
    if (value.hash !== undefined) {
      await shareBytes(value.hash, this.#options.from, cas);
      return value;
    }
    const { bytes, path, ...meta } = value;
    // A file that was given by hand.
    if (path !== undefined) return { ...meta, hash: (await cas.writeFile(path)).hash };
    if (!bytes || bytes.length <= INLINE_LIMIT) return value;
    return { ...meta, hash: await cas.write(bytes) };
  }
}

/** What stands behind the task besides what it returned itself. */
function passedOn(
  { node, parents }: Resolved,
  { view }: PersistedTask,
  { stored, references }: TaskResult,
): [string, Visible][] {
  const base = passesOn(node) && parents[0] !== undefined ? view(parents[0])?.entries : undefined;
  const passed = new Map([...(base ?? []), ...references]);
  for (const [name] of stored) passed.delete(name);
  for (const name of node.options.drop ?? []) passed.delete(name);
  return [...passed];
}

/** What was given by hand is in no store. */
function pathspecOf({ run }: Resolved, label: string): string {
  return run && isLabel(label) ? fullPathspec(run.flow, run.run, label) : label;
}
