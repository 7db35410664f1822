/**
 * The head of a spin: everything that its step would see, as one digest. Equal heads of equal code mean equal results,
 * whichever runs the inputs come from: what Nx may replay.
 */
import { createHash, randomUUID } from 'node:crypto';
import type { Graph } from '../../definition/graph';
import type { RunRow } from '../../store/rows';
import type { Store } from '../../store/store';
import { resolveInputs } from '../inputs/resolve';
import type { Resolved } from '../inputs/resolved';
import type { Selection } from '../inputs/selection';
import { recordedOutputs, recordedParams, recordedViews } from '../record/read';
import { statusNow } from '../record/run-status';
import type { View } from '../task/view';

export interface Head {
  key: string;
  /** The run that the inputs come from; absent for a step that needs none. */
  run?: number;
  /** The run goes on, and may change what a spin finds in it: the key is for this once. */
  passing?: true;
}

export interface HeadOptions {
  graph: Graph;
  store: Store;
  selection: Selection;
  /** Whom `current.user` names. */
  user: string;
}

/** @throws FlowError as the spin itself would, where nothing can be found */
export async function headOf({ graph, store, selection, user }: HeadOptions): Promise<Head> {
  const resolved = await resolveInputs(graph, store, selection);
  const { run } = resolved;
  const from = run ? { run: run.run } : {};
  if (run && statusNow(run) === 'running') return { key: randomUUID(), ...from, passing: true };
  return { key: await keyOf(graph, store, resolved, [user, selection.namespace ?? null]), ...from };
}

/** Each part says why it is in the key: the step sees it, or the table that the spin prints. */
async function keyOf(graph: Graph, store: Store, resolved: Resolved, whose: unknown): Promise<string> {
  const { run, parents, stack, branches, iteration, node } = resolved;
  const views = run
    ? await recordedViews(store, graph.flow, run.run, [...parents, ...stack.map(({ shownBy }) => shownBy)])
    : new Map<string, View>();
  const digests = (label: string) =>
    [...(views.get(label)?.entries ?? [])].map(([name, { digest }]) => [name, digest]);
  const parts = [
    graph.flow,
    node.name,
    // `self` or `inputs`
    parents.map(digests),
    branches ?? null,
    // `input`, `index`, `stack`
    stack.map(({ index, count, shownBy, over }) => [
      index,
      count,
      views.get(shownBy)?.entries.get(over)?.digest ?? null,
    ]),
    // `iteration`
    iteration ?? null,
    // `params`
    run ? await paramDigests(graph, store, run) : null,
    // `current`
    whose,
    // What the outputs are compared with.
    await outputDigests(graph, store, resolved),
  ];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

async function paramDigests(graph: Graph, store: Store, { run }: RunRow): Promise<[string, string][]> {
  const names = await store.paramNames(graph.flow, run);
  const params = await recordedParams(store, graph.flow, run, names);
  return params.map(([name, { digest }]) => [name, digest]);
}

async function outputDigests(graph: Graph, store: Store, { run, origin }: Resolved): Promise<unknown> {
  if (!run || !origin || origin.status !== 'done') return origin?.status ?? null;
  const outputs = await recordedOutputs(store, graph.flow, run.run, origin);
  return [...outputs].map(([name, { digest }]) => [name, digest]);
}
