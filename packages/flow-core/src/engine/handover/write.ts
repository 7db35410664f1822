/** Writes a step's handover: the rows of its tasks, numbered by place, and the artifacts that they show. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FileCas } from '../../store/cas';
import type { ArtifactRecord, TaskRow } from '../../store/rows';
import type { Store } from '../../store/store';
import { relabelledRow } from '../record/build-task-row';
import { visibleNames } from '../record/task-rows';
import { recordedViews } from '../record/views';
import { addressOf, labelOf, parseLabel, taskOf } from '../task/label';
import type { View } from '../task/view';
import {
  DIGESTS_FILE,
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
  for (const row of rows) {
    const visible = visibleNames(labelOf(row), row);
    const records = await store.artifacts([
      ...row.stored.map((name) => ({ flow, run, step, task: row.task, name })),
      ...visible.map(([name, at]) => addressOf(flow, run, at, name)),
    ]);
    const own = row.stored.map((name, i) => [name, records[i] as ArtifactRecord] as const);
    for (const [, { hash }] of own) {
      if (hash !== undefined) link(store.cas.path?.(hash) as string, cas.path(hash));
    }
    handed.tasks.push({
      row: { ...relabelledRow(row, relabel), task: parseLabel(relabel(labelOf(row))).task },
      artifacts: own.map(([name, artifact]) => [name, packed(artifact)]),
    });
    const shown = records.slice(own.length) as ArtifactRecord[];
    const artifacts = visible.map(([name], i): [string, string] => [
      name,
      (shown[i] as ArtifactRecord).digest,
    ]);
    digests.tasks.push(taskDigests(row, lists, artifacts));
  }
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, HANDED_FILE), `${JSON.stringify(handed)}\n`);
  writeFileSync(join(folder, DIGESTS_FILE), `${JSON.stringify(digests)}\n`);
  return digests;
}

/** The step's finished tasks by split, then by iteration. The order in which they ended is random. */
export async function inPlaceOrder({ store, flow, run, step }: Executed): Promise<TaskRow[]> {
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
  const others = new Set(
    rows
      .flatMap((row) => [...row.parents, ...row.stack.map(({ shownBy }) => shownBy)])
      .filter((label) => !known.has(label)),
  );
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
