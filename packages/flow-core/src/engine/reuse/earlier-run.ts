/** What an earlier run has of a step whose tasks may be taken over: rows, parameters, items of lists, and what is stored. */

import { isFlowError } from '../../definition/errors';
import { statAt } from '../../environment/look';
import { scan } from '../../store/kv/kv';
import { keys, prefixRange } from '../../store/kv/row-keys';
import { IN_FILES, unpackArtifact } from '../../store/rows/records';
import type { ArtifactRecord, StackFrame, TaskRow } from '../../store/rows/rows';
import type { Store } from '../../store/store';
import { unpackItems } from '../../store/values/item-digests';
import { recordedParams } from '../record/read';
import { rowsOf } from '../record/task-rows';
import { taskOf } from '../task/label';
import { type Looked, lookedOf, type Sight, seenIn } from './looked';

/** A finished task that may stand for an equal one. */
export interface Finished {
  row: TaskRow;
  looked: Looked;
  saw: string[];
}

type Items = (index: number) => string | undefined;

/** The runs of a flow, each read once. What is damaged or removed counts as not there: it is executed again. */
export class EarlierRuns {
  readonly #store: Store;
  readonly #flow: string;
  readonly #params = new Map<number, Promise<Map<string, string> | undefined>>();
  readonly #stored = new Map<string, Promise<Map<number, Set<string>>>>();

  constructor(store: Store, flow: string) {
    this.#store = store;
    this.#flow = flow;
  }

  /**
   * The tasks of a step that may be taken over.
   * @param until those that ended by then count; milliseconds since 1970
   * @param reused those that the run took over itself count, too
   */
  async finished(run: number, step: string, until: number, reused: boolean): Promise<Finished[]> {
    const params = await this.#paramsOf(run);
    if (!params) return [];
    const rows = await whole(() => this.#rowsOf(run, step));
    const eligible = (rows ?? []).flatMap((row) => {
      const ended = row.origin === undefined ? row.startedAt + (row.durationMs ?? 0) <= until : reused;
      const looked = ended ? lookedOf(row) : undefined;
      return looked ? [{ row, looked }] : [];
    });
    const items = await whole(() => this.#itemsOf(run, eligible));
    if (!items) return [];
    const sight: Sight = {
      param: (name) => params.get(name),
      item: ({ shownBy, over, index }) => items.get(`${shownBy} ${over}`)?.(index),
    };
    return eligible.flatMap(({ row, looked }) => {
      const saw = seenIn(row, looked, sight);
      return saw ? [{ row, looked, saw }] : [];
    });
  }

  /** Whether all artifacts are there that a task stored. @param label as `run/step/task` */
  async has(label: string, names: readonly string[]): Promise<boolean> {
    const { run, step, task } = taskOf(0, label);
    const key = `${run}/${step}`;
    let stored = this.#stored.get(key);
    if (!stored) {
      stored = this.#storedBy(run, step);
      this.#stored.set(key, stored);
    }
    const found = (await stored).get(task);
    return names.every((name) => found?.has(name));
  }

  /** Nothing of the run is removed from now on. Undefined for one that still runs, or is not there. */
  #paramsOf(run: number): Promise<Map<string, string> | undefined> {
    let params = this.#params.get(run);
    if (!params) {
      params = whole(async () => {
        const row = await this.#store.run(this.#flow, run);
        if (!row || row.status === 'running') return undefined;
        const names = await this.#store.paramNames(this.#flow, run);
        const records = await recordedParams(this.#store, this.#flow, run, names);
        return new Map(records.map(([name, { digest }]) => [name, digest]));
      });
      this.#params.set(run, params);
    }
    return params;
  }

  async #rowsOf(run: number, step: string): Promise<TaskRow[]> {
    const rows: TaskRow[] = [];
    for await (const row of this.#store.tasks(this.#flow, run, step)) rows.push(row);
    return rows;
  }

  /** The digests of the lists whose items were read. */
  async #itemsOf(run: number, read: readonly Omit<Finished, 'saw'>[]): Promise<Map<string, Items>> {
    const frames = new Map<string, StackFrame>();
    for (const { row, looked } of read)
      for (const step of looked.reads.items ?? []) {
        const frame = row.stack.find((one) => one.step === step);
        if (frame) frames.set(`${frame.shownBy} ${frame.over}`, frame);
      }
    const labels = [...new Set([...frames.values()].map(({ shownBy }) => shownBy))];
    const rows = await rowsOf(this.#store, this.#flow, run, labels);
    const packed = new Map(labels.map((label, i) => [label, rows[i]?.items]));
    return new Map(
      [...frames].flatMap(([key, { shownBy, over }]): [string, Items][] => {
        const list = packed.get(shownBy)?.[over];
        return list === undefined ? [] : [[key, unpackItems(list)]];
      }),
    );
  }

  async #storedBy(run: number, step: string): Promise<Map<number, Set<string>>> {
    const { kv, cas } = this.#store;
    const stored = new Map<number, Set<string>>();
    const range = { ...prefixRange(keys.artifacts(this.#flow, run, step)), having: IN_FILES };
    await whole(async () => {
      for await (const [key, value] of scan(kv, range)) {
        const [, , , , task, name = ''] = key.split('/');
        const { hash, size, blobs } = value.length > 0 ? unpackArtifact(value) : NOTHING;
        const path = hash === undefined ? undefined : cas.path?.(hash);
        const isThere =
          path === undefined
            ? hash === undefined || cas.has(hash)
            : (statAt(path)?.size ?? (blobs ? size : undefined)) === size;
        if (!isThere) continue;
        const names = stored.get(Number(task)) ?? new Set();
        stored.set(Number(task), names.add(decodeURIComponent(name)));
      }
    });
    return stored;
  }
}

const NOTHING: Partial<ArtifactRecord> = {};

const NOT_THERE = ['FLOW_STORE_CORRUPT', 'FLOW_RUN_REMOVED'];

/** Undefined where the store is damaged, or the run is removed meanwhile. */
export async function whole<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (isFlowError(error) && NOT_THERE.includes(error.code)) return undefined;
    throw error;
  }
}
