/** The result of a caught failure: the error under the step's `catch` name, and no other artifact. */
import { FlowError } from '../../definition/errors';
import { children, type Graph, passesOn, type StepNode } from '../../definition/graph';
import type { Cas } from '../../store/cas/cas';
import type { ErrorRecord } from '../../store/rows/rows';
import { decodeArtifact, encodeArtifact } from '../../store/values/artifacts';
import { itemCount } from '../../store/values/lists';
import type { Views } from '../record/run-views';
import { requireSplits } from '../task/decision';
import { fromRecord } from '../task/error-record';
import type { Planned } from '../task/place';
import type { TaskResult } from '../task/task';
import type { View } from '../task/view';

export interface CaughtResult {
  result: TaskResult;
  /** Names that the step would have returned. They are absent after it, even if an earlier step set them. */
  absent: string[];
}

/** @throws FlowError FLOW_FOREACH_LIST for a foreach after the step that has no list now */
export async function caughtResult(
  task: Planned,
  error: ErrorRecord,
  { graph, cas, views }: { graph: Graph; cas: Cas; views: Views },
): Promise<CaughtResult> {
  const { returnedNames } = await import('../../source/returned-names');
  const node = graph.steps.get(task.step) as StepNode;
  const name = node.options.catch as string;
  const record = await encodeArtifact(name, fromRecord(error), cas);
  const absent = (node.body ? await returnedNames(node.body) : []).filter((other) => other !== name);
  const counts = await countsBehind(task, node, absent, { graph, cas, views });
  return { result: { stored: [[name, record]], references: [], counts, reads: {} }, absent };
}

const NOTHING: Pick<View, 'entries'> = { entries: new Map() };

/** The lengths of the inherited lists that foreaches after the step split. */
async function countsBehind(
  task: Planned,
  node: StepNode,
  absent: readonly string[],
  { graph, cas, views }: { graph: Graph; cas: Cas; views: Views },
): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { node: child } of children(graph, node.name)) {
    if (child.kind !== 'foreach') continue;
    const over = child.over as string;
    const inherits = passesOn(node) && !absent.includes(over);
    const { entries } = inherits ? await views.view(task.parents[0] as string) : NOTHING;
    const count = itemCount(entries.get(over), (list) => decodeArtifact(list, cas, graph.codecs));
    if (count === undefined) {
      const message = `The foreach "${child.name}" has nothing to split: "${node.name}" failed, and was caught, before it returned "${over}".`;
      throw new FlowError('FLOW_FOREACH_LIST', message, { exit: 1 });
    }
    requireSplits(child, count, `"${node.name}" failed, and was caught`);
    counts[over] = count;
  }
  return counts;
}
