/** A foreach whose list is given by hand has as many splits as that list. Loaded only for given artifacts. */
import { FlowError, isFlowError } from '../../definition/errors';
import type { Graph } from '../../definition/graph';
import type { Store } from '../../store/store';
import { Artifacts } from '../../store/values/artifacts';
import { itemCount } from '../../store/values/lists';
import { recordedViews } from '../record/views';
import { viewsOf } from '../task/place';
import type { Frame } from '../task/task';
import type { View } from '../task/view';
import { resolveInputs } from './origin';
import { applyOverrides, type Overrides } from './override';
import type { Resolved } from './resolved';
import { foreachesAround, requireStep, type Selection } from './selection';
import type { Splits } from './splits';

type OverridesInOrder = readonly (Overrides | undefined)[];

export interface OverriddenInputs {
  resolved: Resolved;
  /** The error to throw when the list was not given after all: no run has such a split. */
  otherwise?: unknown;
}

/** Inputs for a spin with given artifacts. A foreach's index may be beyond the run's own list. */
export async function resolveOverridden(
  graph: Graph,
  store: Store,
  selection: Selection,
  given: OverridesInOrder,
): Promise<OverriddenInputs> {
  const node = requireStep(graph, { step: selection.step });
  const { index = [], task } = selection;
  const last = index.at(-1) ?? 0;
  const beyond = node.kind === 'foreach' && task === undefined && last > 0;
  if (!beyond || index.length !== foreachesAround(graph, node).length || !mayGive(given, node.over as string))
    return { resolved: await resolveInputs(graph, store, selection) };
  const first = () => resolveInputs(graph, store, { ...selection, index: [...index.slice(0, -1), 0] });
  const exact = (run = selection.run) =>
    resolveInputs(graph, store, { ...selection, ...(run === undefined ? {} : { run }) });
  // With a given list, the newest run will do. Otherwise a run that has such a split is preferred.
  const certain = given.some((one) => typeof one === 'object' && Object.hasOwn(one, node.over as string));
  if (!certain) {
    try {
      return { resolved: await exact() };
    } catch (error) {
      if (!isFlowError(error) || error.code !== 'FLOW_NO_INPUTS') throw error;
      return { resolved: atSplit(await first(), last), otherwise: error };
    }
  }
  const found = await first();
  try {
    return { resolved: { ...(await exact(found.run?.run)), passedOver: found.passedOver } };
  } catch (error) {
    if (!isFlowError(error) || error.code !== 'FLOW_NO_INPUTS') throw error;
    return { resolved: atSplit(found, last), otherwise: error };
  }
}

/**
 * The same inputs, with as many splits as the given list has.
 * @throws FlowError FLOW_INDEX, FLOW_FOREACH_LIST, and `otherwise`
 */
export function resplit(
  { resolved, otherwise }: OverriddenInputs,
  views: ReadonlyMap<string, View>,
  artifacts: Artifacts,
): Resolved {
  const { node, stack } = resolved;
  const frame = stack.at(-1);
  const count = node.kind === 'foreach' && frame ? givenCount(frame, views, artifacts) : undefined;
  if (!frame || count === undefined) {
    if (otherwise !== undefined) throw otherwise;
    return resolved;
  }
  if (frame.index >= count) {
    const items = `${count} item${count === 1 ? '' : 's'}`;
    const message = `"${frame.over}" has ${items} now that it is given, so there is no index ${frame.index}.`;
    throw new FlowError('FLOW_INDEX', message);
  }
  return { ...resolved, stack: [...stack.slice(0, -1), { ...frame, count }] };
}

/** All splits of a foreach on its given list, in each split around it. @throws FlowError FLOW_FOREACH_LIST */
export async function resplitAll(
  graph: Graph,
  store: Store,
  found: Splits,
  given: OverridesInOrder,
): Promise<Splits> {
  const { node, run } = found;
  if (node.kind !== 'foreach' || !mayGive(given, node.over as string)) return found;
  const groups = new Map<string, Resolved[]>();
  for (const split of found.splits) {
    const of = (split.stack.at(-1) as Frame).shownBy;
    groups.set(of, [...(groups.get(of) ?? []), split]);
  }
  const artifacts = new Artifacts(store.cas, graph.codecs);
  const splits: Resolved[] = [];
  for (const [of, group] of groups) {
    const [first] = group as [Resolved];
    const views = await recordedViews(store, graph.flow, run.run, viewsOf(first));
    // The warnings about names are dropped here: they are shown when the splits begin.
    for (const one of given) if (one) await applyOverrides(views, first, one, artifacts);
    const count = givenCount({ ...(first.stack.at(-1) as Frame), shownBy: of }, views, artifacts);
    if (count === undefined) splits.push(...group);
    else {
      const recorded = new Map(group.map((split) => [split.stack.at(-1)?.index, split]));
      for (let n = 0; n < count; n++)
        splits.push(resplit({ resolved: recorded.get(n) ?? atSplit(first, n) }, views, artifacts));
    }
  }
  return { ...found, splits };
}

/** Whether the overrides may set the name. A function may set any. */
function mayGive(given: OverridesInOrder, name: string): boolean {
  return given.some((one) => typeof one === 'function' || (one !== undefined && Object.hasOwn(one, name)));
}

/** The length of the given list. Undefined when the list is the recorded one. */
function givenCount(
  { step, over, shownBy: of }: Frame,
  views: ReadonlyMap<string, View>,
  { decode }: Artifacts,
): number | undefined {
  const list = views.get(of)?.entries.get(over);
  if (list?.at !== 'given') return undefined;
  const count = itemCount(list, decode);
  if (count) return count;
  throw new FlowError('FLOW_FOREACH_LIST', noSplits(step, over, list.type, count));
}

/** Why nothing can be spun. @param count 0 for an empty list, undefined for what is none */
export function noSplits(foreach: string, over: string, type: string, count: number | undefined): string {
  return count === undefined
    ? `The foreach "${foreach}" needs a list in "${over}", which was given ${type}.`
    : `The foreach "${foreach}" has no splits: "${over}", which was given, is empty.`;
}

/** Makes another split of the same parent, which the run did not have. */
function atSplit(first: Resolved, index: number): Resolved {
  const frame = first.stack.at(-1) as Frame;
  return { ...first, origin: undefined, stack: [...first.stack.slice(0, -1), { ...frame, index }] };
}
