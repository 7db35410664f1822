/** Views as a store recorded them: for spin, and for whoever reads a run. */
import type { ArtifactRecord, TaskRow } from '../../store/rows';
import type { Store } from '../../store/store';
import { addressOf, fullPathspec, labelOf, taskOf } from '../task/label';
import type { View, Visible } from '../task/view';
import { lost } from './lost';

/**
 * Reads what tasks left behind: all rows in one look-up, then all artifacts in one.
 * @throws FlowError FLOW_STORE_CORRUPT for a task or an artifact that is not there
 */
export async function recordedViews(
  store: Store,
  flow: string,
  run: number,
  labels: readonly string[],
): Promise<Map<string, View>> {
  const unique = [...new Set(labels)];
  const rows = await rowsOf(store, flow, run, unique);
  const wanted: { label: string; name: string; at: string }[] = [];
  rows.forEach((row, i) => {
    const label = unique[i] as string;
    if (!row) throw lost(fullPathspec(flow, run, label));
    for (const [name, at] of visibleNames(label, row)) wanted.push({ label, name, at });
  });
  const records = await readArtifacts(store, flow, run, wanted);
  const views = new Map(
    unique.map((label): [string, View] => [
      label,
      { label, pathspec: fullPathspec(flow, run, label), entries: new Map() },
    ]),
  );
  wanted.forEach(({ label, name, at }, i) => {
    views.get(label)?.entries.set(name, { ...(records[i] as ArtifactRecord), at });
  });
  return views;
}

/**
 * What a task itself returned: stored by it, or, in a join or gather, passed on by reference.
 * @throws FlowError FLOW_STORE_CORRUPT for an artifact that is not there
 */
export async function recordedOutputs(
  store: Store,
  flow: string,
  run: number,
  row: TaskRow,
): Promise<Map<string, Visible>> {
  if (row.origin !== undefined) {
    const source = taskOf(run, row.origin);
    const original = await store.task(flow, source.run, source.step, source.task);
    if (!original) throw lost(fullPathspec(flow, run, row.origin), fullPathspec(flow, run, labelOf(row)));
    return recordedOutputs(store, flow, source.run, original);
  }
  const label = labelOf(row);
  const merged = row.kind === 'join' || row.kind === 'gather' ? Object.entries(row.inherited) : [];
  const wanted = [
    ...row.stored.map((name) => ({ name, at: label })),
    ...merged.map(([name, at]) => ({ name, at })),
  ];
  const records = await readArtifacts(store, flow, run, wanted);
  const outputs = new Map<string, Visible>();
  wanted.forEach(({ name, at }, i) => {
    outputs.set(name, { ...(records[i] as ArtifactRecord), at });
  });
  return outputs;
}

/** A run's parameters, as the schemas gave them. */
export async function recordedParams(
  store: Store,
  flow: string,
  run: number,
  names: readonly string[],
): Promise<[string, ArtifactRecord][]> {
  const records = await store.artifacts(names.map((name) => ({ flow, run, step: 'params', task: 0, name })));
  return names.flatMap((name, i): [string, ArtifactRecord][] => (records[i] ? [[name, records[i]]] : []));
}

export function visibleNames(label: string, row: TaskRow): [name: string, at: string][] {
  const own = row.dropped ? row.stored.filter((name) => !row.dropped?.includes(name)) : row.stored;
  return [...Object.entries(row.inherited), ...own.map((name): [string, string] => [name, label])];
}

async function readArtifacts(
  store: Store,
  flow: string,
  run: number,
  wanted: readonly { name: string; at: string }[],
): Promise<ArtifactRecord[]> {
  const records = await store.artifacts(wanted.map(({ name, at }) => addressOf(flow, run, at, name)));
  return records.map((record, i) => {
    if (record) return record;
    const { name, at } = wanted[i] as { name: string; at: string };
    throw lost(`${fullPathspec(flow, run, at)}/${name}`);
  });
}

/** The rows of tasks; mostly they are of one run, and then it is one look-up. */
export async function rowsOf(
  store: Store,
  flow: string,
  run: number,
  labels: readonly string[],
): Promise<(TaskRow | undefined)[]> {
  const addresses = labels.map((label) => taskOf(run, label));
  const here = addresses.every((address) => address.run === run);
  if (here) return store.taskRows(flow, run, addresses);
  return Promise.all(addresses.map(({ run: r, step, task }) => store.task(flow, r, step, task)));
}
