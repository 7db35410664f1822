/** Writes a step's handover: the rows of its tasks, numbered by place, and the artifacts that they show. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Graph, type StepNode, scopeOf } from '../../definition/graph';
import { type Cas, FileCas } from '../../store/cas/cas';
import type { ArtifactRecord, TaskRow } from '../../store/rows/rows';
import type { Store } from '../../store/store';
import { relabelledRow } from '../record/build-task-row';
import { visibleNames } from '../record/task-rows';
import { recordedViews } from '../record/views';
import { addressOf, labelOf, parseLabel, taskOf } from '../task/label';
import { viewsOf } from '../task/place';
import type { View } from '../task/view';
import {
  DIGESTS_FILE,
  type EmptyDigests,
  HANDED_FILE,
  HANDOVER_VERSION,
  type Handed,
  type HandedArtifact,
  type StepDigests,
  type TaskDigests,
} from './layout';
import { link } from './read';

/** A step's execution in its store: `run` is the run that executed it. */
export interface Executed {
  store: Store;
  graph: Graph;
  flow: string;
  run: number;
  step: string;
  paramsDigest: string;
}

/** Writes `tasks.json`, `digests.json` and the large values into the step's folder. */
export async function writeHandover(executed: Executed, folder: string): Promise<StepDigests> {
  const { store, flow, run, step, paramsDigest } = executed;
  const rows = await inPlaceOrder(executed);
  const relabel = await labelsByPlace(executed, rows);
  const splits = new Set(rows.flatMap(({ stack }) => stack.map(({ shownBy }) => shownBy)));
  const lists = await recordedViews(store, flow, run, [...splits]);
  const cas = new FileCas(join(folder, 'cas'));
  const handed: Handed = { version: HANDOVER_VERSION, flow, step, paramsDigest, tasks: [] };
  const digests: StepDigests = { version: HANDOVER_VERSION, flow, step, chosen: rows.length > 0, tasks: [] };
  const empty = await emptyAround(executed);
  if (empty.length > 0) Object.assign(digests, { chosen: true, empty });
  for (const row of rows) {
    const visible = visibleNames(labelOf(row), row);
    const records = await store.artifacts([
      ...row.stored.map((name) => ({ flow, run, step, task: row.task, name })),
      ...visible.map(([name, at]) => addressOf(flow, run, at, name)),
    ]);
    const own = row.stored.map((name, i) => [name, records[i] as ArtifactRecord] as const);
    for (const [, { hash }] of own) {
      if (hash !== undefined) link(fileOf(store.cas, hash), cas.path(hash));
    }
    handed.tasks.push({
      row: { ...relabelledRow(row, relabel), task: parseLabel(relabel(labelOf(row))).task },
      artifacts: own.map(([name, artifact]) => [name, packed(artifact)]),
    });
    const shown = records.slice(own.length) as ArtifactRecord[];
    digests.tasks.push(taskDigests(row, lists, digestsOf(visible, shown)));
  }
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, HANDED_FILE), `${JSON.stringify(handed)}\n`);
  writeFileSync(join(folder, DIGESTS_FILE), `${JSON.stringify(digests)}\n`);
  return digests;
}

/** What is in the blobs comes here first. */
const fileOf = (cas: Cas, hash: string) => (cas.has(hash) && cas.path?.(hash)) || cas.file(hash);

/** What stood before the foreaches around the step that had nothing to split. */
async function emptyAround({ store, graph, flow, run, step }: Executed): Promise<EmptyDigests[]> {
  const found: EmptyDigests[] = [];
  for (const frame of scopeOf(graph, step) ?? []) {
    if (!('foreach' in frame)) continue;
    const { over = '', inputs } = graph.steps.get(frame.foreach) as StepNode;
    for (const { from, when } of inputs[0]?.from ?? []) {
      for (const row of await inPlaceOrder({ store, flow, run, step: from })) {
        if (row.counts?.[over] !== 0 || (when !== undefined && row.case !== when)) continue;
        const visible = visibleNames(labelOf(row), row);
        const shown = await store.artifacts(visible.map(([name, at]) => addressOf(flow, run, at, name)));
        const { stack, artifacts } = taskDigests(row, new Map(), digestsOf(visible, shown));
        found.push({ foreach: frame.foreach, stack, artifacts });
      }
    }
  }
  return found;
}

function digestsOf(
  visible: readonly [name: string, at: string][],
  records: readonly (ArtifactRecord | undefined)[],
): TaskDigests['artifacts'] {
  return visible.map(([name], i) => [name, (records[i] as ArtifactRecord).digest]);
}

/** The step's finished tasks by split, then by iteration. The order in which they ended is random. */
export async function inPlaceOrder({
  store,
  flow,
  run,
  step,
}: Pick<Executed, 'store' | 'flow' | 'run' | 'step'>): Promise<TaskRow[]> {
  const rows: TaskRow[] = [];
  for await (const row of store.tasks(flow, run, step)) if (row.status === 'done') rows.push(row);
  return rows.sort((a, b) => {
    for (const [i, { index }] of a.stack.entries()) {
      const other = b.stack[i]?.index ?? 0;
      if (index !== other) return index - other;
    }
    return (a.iteration ?? 0) - (b.iteration ?? 0);
  });
}

/**
 * Maps labels of this execution to labels by place: the n-th task of its step. Taken-over tasks have such labels
 * already. A handover has no run numbers: `1/genre/3` becomes `genre/3`.
 */
async function labelsByPlace(
  { store, flow, run, step }: Executed,
  rows: readonly TaskRow[],
): Promise<(label: string) => string> {
  const known = new Map(rows.map((row, i) => [labelOf(row), `${step}/${i + 1}`]));
  const others = new Set(rows.flatMap(viewsOf).filter((label) => !known.has(label)));
  const taken = await store.taskRows(
    flow,
    run,
    [...others].map((label) => taskOf(run, label)),
  );
  for (const row of taken)
    if (row?.origin !== undefined) known.set(labelOf(row), labelOf(parseLabel(row.origin)));
  return (label) => known.get(label) ?? labelOf(parseLabel(label));
}

function packed({ bytes, ...meta }: ArtifactRecord): HandedArtifact {
  return bytes === undefined ? meta : { ...meta, bytes: Buffer.from(bytes).toString('base64') };
}

function taskDigests(
  row: TaskRow,
  lists: ReadonlyMap<string, View>,
  artifacts: TaskDigests['artifacts'],
): TaskDigests {
  const { iteration, case: chosen, counts } = row;
  return {
    stack: row.stack.map(({ index, count, shownBy, over }) => ({
      index,
      count,
      list: lists.get(shownBy)?.entries.get(over)?.digest ?? '',
    })),
    ...(iteration === undefined ? {} : { iteration }),
    artifacts,
    ...(chosen === undefined ? {} : { case: chosen }),
    ...(counts === undefined ? {} : { counts }),
  };
}
