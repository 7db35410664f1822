/** Reads the key of a spin from the store, as one digest: see {@link SpinKey} for what is in it, and why. */
import { createHash, randomUUID } from 'node:crypto';
import type { Graph } from '../../definition/graph';
import type { RunRow } from '../../store/rows/rows';
import type { Store } from '../../store/store';
import { resolveInputs } from '../inputs/origin';
import type { Resolved } from '../inputs/resolved';
import type { Selection } from '../inputs/selection';
import { recordedOutputs, recordedParams } from '../record/read';
import { recordedViews } from '../record/views';
import type { SpinKey } from '../task/cache-keys';
import { viewsOf } from '../task/place';
import type { View } from '../task/view';

export interface SpinKeyDigest {
  digest: string;
  /** The run that the inputs come from; absent for a step that needs none. */
  run?: number;
  /** The run goes on, and may change what a spin finds in it: the digest is for this once. */
  passing?: true;
}

export interface SpinKeyOptions {
  graph: Graph;
  store: Store;
  selection: Selection;
  /** The user that `current.user` names. */
  user: string;
}

/** @throws FlowError as the spin itself would, where nothing can be found */
export async function spinKeyDigest({
  graph,
  store,
  selection,
  user,
}: SpinKeyOptions): Promise<SpinKeyDigest> {
  const resolved = await resolveInputs(graph, store, selection);
  const { run } = resolved;
  const from = run ? { run: run.run } : {};
  if (run?.status === 'running') return { digest: randomUUID(), ...from, passing: true };
  const key = await readKey(graph, store, resolved, { user, namespace: selection.namespace ?? null });
  return { digest: createHash('sha256').update(JSON.stringify(key)).digest('hex'), ...from };
}

/** The order of the fields is part of the digest. */
async function readKey(
  graph: Graph,
  store: Store,
  resolved: Resolved,
  { user, namespace }: Pick<SpinKey, 'user' | 'namespace'>,
): Promise<SpinKey> {
  const { run, parents, base, stack, branches, iteration, node } = resolved;
  const views = run
    ? await recordedViews(store, graph.flow, run.run, viewsOf(resolved))
    : new Map<string, View>();
  const digestsOf = (label: string) =>
    [...(views.get(label)?.entries ?? [])].map(([name, { digest }]): [string, string] => [name, digest]);
  return {
    flow: graph.flow,
    step: node.name,
    inputs: parents.map(digestsOf),
    ...(base === undefined ? {} : { base: digestsOf(base) }),
    branches: branches ?? null,
    splits: stack.map(({ index, count, shownBy, over }) => ({
      index,
      count,
      list: views.get(shownBy)?.entries.get(over)?.digest ?? null,
    })),
    iteration: iteration ?? null,
    params: run ? await paramDigests(graph, store, run) : null,
    user,
    namespace,
    originOutputs: await outputDigests(graph, store, resolved),
  };
}

async function paramDigests(graph: Graph, store: Store, { run }: RunRow): Promise<[string, string][]> {
  const names = await store.paramNames(graph.flow, run);
  const params = await recordedParams(store, graph.flow, run, names);
  return params.map(([name, { digest }]) => [name, digest]);
}

async function outputDigests(
  graph: Graph,
  store: Store,
  { run, origin }: Resolved,
): Promise<SpinKey['originOutputs']> {
  if (!run || !origin || origin.status !== 'done') return origin?.status ?? null;
  const outputs = await recordedOutputs(store, graph.flow, run.run, origin);
  return [...outputs].map(([name, { digest }]) => [name, digest]);
}
