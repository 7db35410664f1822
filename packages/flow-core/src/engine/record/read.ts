/** What a store recorded of a run beside views: what one task returned, and the parameters. */
import type { ArtifactRecord, TaskRow } from '../../store/rows/rows';
import type { Store } from '../../store/store';
import { fullPathspec, labelOf, taskOf } from '../task/label';
import type { Visible } from '../task/view';
import { lost } from './lost';
import { readVisible } from './views';

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
  const visible = await readVisible({ store, flow, run }, wanted);
  return new Map(wanted.map(({ name }, i) => [name, visible[i] as Visible]));
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
