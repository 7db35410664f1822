/** What a finished task decides: how many splits follow, which case, whether the loop goes on. */

import { isBuiltInId } from '../../definition/codec';
import { FlowError, isFlowError, suggest } from '../../definition/errors';
import type { Graph, StepNode } from '../../definition/graph';
import { children } from '../../definition/graph';
import { thousands } from '../../definition/thousands';
import { describeValue } from '../../definition/thrown';
import type { ArtifactMeta } from '../../store/rows/rows';
import { isBuiltIn } from '../../store/values/artifacts';
import { packItemDigests } from '../../store/values/item-digests';
import { isLater, laterError, laterIn } from '../../store/values/later';
import { hasPlainItems, itemsOf, kindOf, MOST_SPLITS } from '../../store/values/lists';

/** An artifact as it stands after the task; undefined where there is none. */
export type Look = (
  name: string,
) => (Pick<ArtifactMeta, 'codec' | 'version'> & { readonly value: unknown }) | undefined;

export function chosenCase(node: StepNode, value: unknown): string {
  const cases = node.cases ?? [];
  if (typeof value === 'string' && cases.includes(value)) return value;
  if (isLater(value)) throw laterError(`The switch "${node.name}" decides on "${node.on}"`, value);
  throw new FlowError(
    'FLOW_SWITCH_VERDICT',
    `The switch "${node.name}" decided on ${said(value)}, which is none of its cases. ${suggest(describeValue(value), cases)}`,
    { exit: 1 },
  );
}

export function goesOn(node: StepNode, value: unknown, iteration: number): boolean {
  if (isLater(value)) throw laterError(`The loop "${node.name}" goes on while "${node.while}"`, value);
  if (typeof value !== 'boolean') {
    throw new FlowError(
      'FLOW_LOOP_VERDICT',
      `The loop "${node.name}" needs true or false in its artifact "${node.while}", which holds ${said(value)}.`,
      { exit: 1 },
    );
  }
  if (value && node.max !== undefined && iteration + 1 >= node.max) {
    throw new FlowError(
      'FLOW_LOOP_MAX',
      `The loop "${node.name}" would go on after ${node.max} iterations, its \`max\`: raise it, or set "${node.while}" to false earlier.`,
      { exit: 1 },
    );
  }
  return value;
}

const said = (value: unknown) => (typeof value === 'string' ? `"${value}"` : describeValue(value));

/** The lists that the foreaches after a task split: their lengths, and the digests of their items. */
export interface SplitLists {
  counts: Record<string, number>;
  items?: Record<string, string>;
}

/**
 * Of the foreaches that follow indeed: those behind another case of the switch need no list.
 * @throws FlowError FLOW_FOREACH_LIST
 */
export function splitsAfter(
  graph: Graph,
  node: StepNode,
  chosen: string | undefined,
  look: Look,
): SplitLists {
  const counts: Record<string, number> = {};
  const items: Record<string, string> = {};
  for (const { node: child, edge } of children(graph, node.name)) {
    const over = child.over;
    if (child.kind !== 'foreach' || over === undefined) continue;
    if (edge.when !== undefined && edge.when !== chosen) continue;
    const found = node.options.drop?.includes(over) ? undefined : look(over);
    const later = found && !isBuiltIn(found) ? laterIn(found.value) : undefined;
    if (later) {
      const where = isLater(found?.value)
        ? `splits "${over}"`
        : `splits "${over}", which holds a ${later.type}`;
      throw laterError(`The foreach "${child.name}" ${where}`, later);
    }
    const list = requireList(child, node.name, found);
    counts[over] = list.length;
    // What a codec of the flow stores may have items that nothing else can tell apart.
    const digests =
      found && isBuiltInId(found.codec) && hasPlainItems(found.value) && itemDigests(list, graph);
    if (digests) items[over] = digests;
  }
  return Object.keys(items).length > 0 ? { counts, items } : { counts };
}

/** The items of the list that a foreach splits. @throws FlowError FLOW_FOREACH_LIST */
function requireList(
  child: StepNode,
  after: string,
  found: { readonly value: unknown } | undefined,
): ArrayLike<unknown> {
  const list = found && itemsOf(found.value);
  const { over } = child;
  const what = !found
    ? `there is no artifact "${over}" after ${after}`
    : !list
      ? `"${over}" is ${kindOf(found.value)}`
      : list.length > MOST_SPLITS
        ? `"${over}" has more than ${thousands(MOST_SPLITS)} items, which are the most`
        : undefined;
  if (what === undefined) {
    requireSplits(child, list?.length ?? 0, `return one from "${after}"`);
    return list as ArrayLike<unknown>;
  }
  throw new FlowError(
    'FLOW_FOREACH_LIST',
    `The foreach "${child.name}" needs a list (an array, a typed array, a Set or a Map), but ${what}: return one from "${after}".`,
    { exit: 1 },
  );
}

/** A foreach over nothing is left out, unless its step says that it fails. @throws FlowError FLOW_FOREACH_LIST */
export function requireSplits({ name, over, empty }: StepNode, count: number, remedy: string): void {
  if (count > 0 || empty !== 'fail') return;
  throw new FlowError(
    'FLOW_FOREACH_LIST',
    `The foreach "${name}" needs at least one item (\`empty: 'fail'\`), but "${over}" is empty: ${remedy}.`,
    { exit: 1 },
  );
}

/** Undefined where a codec of the flow gives the bytes of an item later. */
function itemDigests(list: ArrayLike<unknown>, { codecs }: Graph): string | undefined {
  try {
    return packItemDigests(list, codecs);
  } catch (error) {
    if (isFlowError(error) && error.code === 'FLOW_CODEC_ASYNC') return undefined;
    throw error;
  }
}
