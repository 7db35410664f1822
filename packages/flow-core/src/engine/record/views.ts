/** What tasks of a recorded run see of the finished ones: read from the store. */
import type { ReadOptions } from '../../store/kv/kv';
import type { ArtifactRecord, RunRow } from '../../store/rows/rows';
import type { Store } from '../../store/store';
import { addressOf, fullPathspec } from '../task/label';
import type { View, Visible } from '../task/view';
import { lost } from './lost';
import { rowsOf, visibleNames } from './task-rows';

/** A run in a store. */
export interface Recorded extends Pick<RunRow, 'flow' | 'run'> {
  store: Store;
}

/** An artifact that a task shows: its name, and the label of the task that stored it. */
export type Shown = Pick<Visible, 'at'> & { name: string };

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
  const views = new Map<string, View>();
  for (const label of labels)
    views.set(label, { label, pathspec: fullPathspec(flow, run, label), entries: new Map() });
  const rows = await rowsOf(store, flow, run, [...views.keys()]);
  const entries: Map<string, Visible>[] = [];
  const shown: Shown[] = [];
  let task = 0;
  for (const view of views.values()) {
    const row = rows[task++];
    if (!row) throw lost(view.pathspec as string);
    for (const own of visibleNames(view.label, row)) {
      entries.push(view.entries);
      shown.push({ name: own[0], at: own[1] });
    }
  }
  const visible = await readVisible({ store, flow, run }, shown);
  for (let i = 0; i < shown.length; i++)
    (entries[i] as Map<string, Visible>).set((shown[i] as Shown).name, visible[i] as Visible);
  return views;
}

/** @throws FlowError FLOW_STORE_CORRUPT for one that is not there */
export async function readVisible(at: Recorded, shown: readonly Shown[]): Promise<Visible[]> {
  return allOf(at, shown, await lookUp(at, shown));
}

/**
 * Reads artifacts, each once: what is shown in several places is one object. Undefined for one that is not there.
 * @param options with `atOnce`, also for one that is not written yet
 */
export async function lookUp(
  { store, flow, run }: Recorded,
  shown: readonly Shown[],
  options?: ReadOptions,
): Promise<(Visible | undefined)[]> {
  const places = new Map<string, number>();
  const wanted: Shown[] = [];
  const order = shown.map((one) => {
    const key = `${one.at}/${one.name}`;
    const known = places.get(key);
    if (known !== undefined) return known;
    places.set(key, wanted.length);
    return wanted.push(one) - 1;
  });
  const records = await store.artifacts(
    wanted.map(({ name, at }) => addressOf(flow, run, at, name)),
    options,
  );
  const found = records.map((record: ArtifactRecord | undefined, i) =>
    record ? { ...record, at: (wanted[i] as Shown).at } : undefined,
  );
  return order.map((i) => found[i]);
}

/** @throws FlowError FLOW_STORE_CORRUPT for one that was not found */
export function allOf(
  { flow, run }: Recorded,
  shown: readonly Shown[],
  found: readonly (Visible | undefined)[],
): Visible[] {
  return shown.map(({ name, at }, i) => {
    const visible = found[i];
    if (!visible) throw lost(`${fullPathspec(flow, run, at)}/${name}`);
    return visible;
  });
}
