/** The splits that a step has in a run, for a list to choose from. */
import type { Graph } from '../definition/graph';
import type { Resolved } from '../engine/inputs/resolved';
import { previewOf } from '../engine/task/preview';
import { shown } from '../engine/task/shown';
import type { View } from '../engine/task/view';
import type { RunRow } from '../store/rows/rows';
import type { Store } from '../store/store';
import { decodeArtifact } from '../store/values/artifacts';
import type { FoundInputs } from './questions';

/** Splits that are listed, and bytes of a list whose items are shown beside them. */
const [LISTED, READ] = [1000, 1024 * 1024];
const WIDTH = 60;

export async function listSplits(
  graph: Graph,
  store: Store,
  { node, run, stack }: Resolved,
  views: ReadonlyMap<string, View>,
): Promise<Pick<FoundInputs, 'splits' | 'splitsOf'>> {
  const [outer] = stack;
  if (!outer) return { splits: [], splitsOf: 0 };
  if (stack.length > 1) return recordedSplits(store, run as RunRow, node.name);
  const list = views.get(outer.shownBy)?.entries.get(outer.over);
  const items = list && list.size <= READ ? itemsOf(list) : undefined;
  const splits = Array.from({ length: Math.min(outer.count, LISTED) }, (_, i) => ({
    index: [i],
    item: items && i in items ? previewOf(shown(items[i], graph.codecs), WIDTH) : '',
  }));
  return { splits, splitsOf: outer.count };

  function itemsOf(record: Parameters<typeof decodeArtifact>[0]): readonly unknown[] | undefined {
    try {
      const value = decodeArtifact(record, store.cas, graph.codecs);
      return Array.isArray(value) ? value : undefined;
    } catch {
      return undefined;
    }
  }
}

/** Of nested foreaches: those that were executed. */
async function recordedSplits(
  store: Store,
  { flow, run }: RunRow,
  step: string,
): Promise<Pick<FoundInputs, 'splits' | 'splitsOf'>> {
  const seen = new Map<string, number[]>();
  for await (const { stack } of store.tasks(flow, run, step)) {
    const index = stack.map((frame) => frame.index);
    seen.set(index.join(','), index);
  }
  const all = [...seen.values()].sort((a, b) => firstDifference(a, b));
  return { splits: all.slice(0, LISTED).map((index) => ({ index, item: '' })), splitsOf: all.length };
}

function firstDifference(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return (a[i] as number) - (b[i] as number);
  return 0;
}
