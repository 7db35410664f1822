/** The inputs of every split of a foreach step, for `spin --all`. */
import { FlowError } from '../../definition/errors';
import type { Graph, StepNode } from '../../definition/graph';
import type { Store } from '../../store/store';
import { requireRun } from '../record/find-run';
import type { Failure } from './resolved';
import { foreachesAround, requireIndex, requireStep, type Selection } from './selection';
import { type Splits, splitsIn } from './splits';

/**
 * The origin is the newest run in which every split has inputs. Without one, the newest run in which some have.
 * @throws FlowError FLOW_INDEX, FLOW_USAGE, FLOW_RUN_NOT_FOUND, FLOW_NO_INPUTS, FLOW_ITERATION
 */
export async function resolveSplits(graph: Graph, store: Store, selection: Selection): Promise<Splits> {
  const node = requireStep(graph, { step: selection.step });
  requireAll(graph, node, selection);
  const { run } = selection;
  const rows =
    run === undefined
      ? store.runs(graph.flow, selection.namespace)
      : [await requireRun(store, graph.flow, run)];
  const failures: Failure[] = [];
  let some: Splits | undefined;
  for await (const row of rows) {
    const found = await splitsIn(graph, store, node, row, selection);
    const lacking = found.without.filter(({ untaken }) => !untaken);
    const passedOver = failures.map(({ text }) => text);
    if (found.splits.length > 0 && (lacking.length === 0 || run !== undefined))
      return { ...found, passedOver };
    if (found.splits.length > 0) some ??= { ...found, passedOver };
    const why = whyNot(found, lacking);
    const beyond = found.without[0]?.beyond === true;
    failures.push({ run: row, why, beyond, text: `${row.run} (${why})` });
  }
  if (some) return some;
  const { noInputs } = await import('./no-inputs');
  throw await noInputs({ graph, store, node, selection, failures });
}

export function requireAll(graph: Graph, node: StepNode, { index = [], task }: Selection): void {
  const around = foreachesAround(graph, node);
  if (around.length === 0) {
    throw new FlowError('FLOW_INDEX', `"${node.name}" stands in no foreach: leave --all out.`);
  }
  requireIndex(around, node, index);
  if (index.length === around.length) {
    throw new FlowError(
      'FLOW_INDEX',
      `--index=${index.join(',')} names one split of "${node.name}" already: leave --all out${around.length > 1 ? ', or give fewer numbers' : ''}.`,
    );
  }
  if (task !== undefined) {
    throw new FlowError('FLOW_USAGE', 'A task is one split already: leave --all out, or give run/step only.');
  }
}

export function whyNot(
  { splits, without }: Pick<Splits, 'splits' | 'without'>,
  lacking: Splits['without'],
): string {
  const [first] = lacking.length > 0 ? lacking : without;
  const why = first?.why ?? 'it has no splits';
  return splits.length === 0
    ? why
    : `${lacking.length} of ${splits.length + without.length} splits without inputs: ${why}`;
}
