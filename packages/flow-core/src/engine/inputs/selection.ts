/** The inputs that a spin selects, and checks that the flow can have such a task. */
import { FlowError } from '../../definition/errors';
import type { Graph, StepNode } from '../../definition/graph';
import { scopeOf } from '../../definition/graph';
import { formatPathspec, type Pathspec } from '../../store/pathspec';
import { requireSameFlow, requireStepIn } from '../task/not-found';

export interface Selection {
  step: string;
  /** A run given by the user; with `task`, that very task. */
  run?: number;
  task?: number;
  /** Which split, one number for each level, outermost first; missing ones are 0. */
  index?: number[];
  /** Which iteration of a loop, from 0. */
  iteration?: number;
  /** Take the artifacts of the switch before the step even when no run took the step's arm. */
  ignoreSwitch?: boolean;
  /** The namespace in which a run is looked up when none is given. Undefined means all. */
  namespace: string | undefined;
}

/** The step of a selection. @throws FlowError FLOW_STEP_NOT_FOUND, FLOW_USAGE, FLOW_PATHSPEC_FLOW */
export function requireStep(graph: Graph, spec: Pathspec): StepNode {
  requireSameFlow(graph.flow, spec, formatPathspec(spec));
  const names = [...graph.steps.keys()];
  if (spec.step === undefined) {
    throw new FlowError('FLOW_USAGE', `Which step? ${graph.flow} has: ${names.join(', ')}.`);
  }
  requireStepIn(graph.flow, names, spec.step);
  return graph.steps.get(spec.step) as StepNode;
}

/** The foreaches around a step, outermost first. */
export function foreachesAround(graph: Graph, node: StepNode): string[] {
  return (scopeOf(graph, node.name) ?? []).flatMap((frame) => ('foreach' in frame ? [frame.foreach] : []));
}

/** @throws FlowError FLOW_INDEX */
export function requireIndex(around: readonly string[], node: StepNode, given: readonly number[]): void {
  const depth = around.length;
  if (given.length <= depth) return;
  throw new FlowError(
    'FLOW_INDEX',
    depth === 0
      ? `"${node.name}" stands in no foreach: leave --index out.`
      : `"${node.name}" stands in ${depth} foreach${depth > 1 ? 'es' : ''}: --index takes ${depth > 1 ? `at most ${depth} numbers` : 'one number'}.`,
  );
}

/** Whether the flow can have such a task at all. @throws FlowError FLOW_INDEX, FLOW_ITERATION */
export function requirePlace(
  graph: Graph,
  node: StepNode,
  { index = [], iteration }: Pick<Selection, 'index' | 'iteration'>,
): void {
  requireIndex(foreachesAround(graph, node), node, index);
  if (iteration !== undefined && node.kind !== 'loop')
    throw new FlowError('FLOW_ITERATION', `"${node.name}" is no loop: leave --iteration out.`);
}
