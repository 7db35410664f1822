/** What the first step of a chain is executed on: the inputs of a spin, or of all of its splits. */
import type { Graph } from '../definition/graph';
import { resolveSplits } from '../engine/inputs/origin-of-splits';
import type { Overrides } from '../engine/inputs/override';
import { resolveOverridden, resplit, resplitAll } from '../engine/inputs/override-list';
import type { Resolved } from '../engine/inputs/resolved';
import type { Selection } from '../engine/inputs/selection';
import { recordedInputs } from '../engine/spin/split-inputs';
import { viewsOf } from '../engine/task/place';
import type { RunRow } from '../store/rows/rows';
import { Artifacts } from '../store/values/artifacts';
import type { FileSession } from './session';
import type { SpinRequest } from './spin';

export interface FirstTasks {
  tasks: Resolved[];
  run: RunRow | undefined;
  passedOver: readonly string[];
}

export interface FirstTasksRequest extends Pick<SpinRequest, 'selection' | 'overrides' | 'set'> {
  all: boolean;
}

/** @throws FlowError FLOW_NO_INPUTS and others, as a spin does */
export async function firstTasks(
  { graph, store }: FileSession,
  request: FirstTasksRequest,
): Promise<FirstTasks> {
  const { selection, overrides, set = {}, all } = request;
  const given = [overrides, set].filter((one) => one && (typeof one === 'function' || hasNames(one)));
  if (all) {
    const found = await resolveSplits(graph, store, selection);
    const { splits, run, passedOver } = await resplitAll(graph, store, found, given);
    return { tasks: splits, run, passedOver };
  }
  const resolved = await oneOf(graph, store, selection, given);
  return { tasks: [resolved], run: resolved.run, passedOver: resolved.passedOver };
}

async function oneOf(
  graph: Graph,
  store: FileSession['store'],
  selection: Selection,
  given: readonly (Overrides | undefined)[],
): Promise<Resolved> {
  const found = await resolveOverridden(graph, store, selection, given);
  if (given.length === 0 || found.resolved.node.kind !== 'foreach') return found.resolved;
  const inputs = recordedInputs({ graph, store, selection, overrides: given, emit: () => {} });
  const views = await inputs.views(found.resolved, viewsOf(found.resolved));
  return resplit(found, views, new Artifacts(store.cas, graph.codecs));
}

function hasNames(given: object): boolean {
  return Object.keys(given).length > 0;
}
