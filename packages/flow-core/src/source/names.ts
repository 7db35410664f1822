/** Checks a name by the rules before a flow or step of that name exists. */
import type { Problem } from '../definition/errors';
import type { Graph, StepNode } from '../definition/graph';
import { RULES } from '../definition/rules';

/** What is wrong with the name of a flow; undefined for a good one. */
export function flowNameProblem(name: string): Problem | undefined {
  return problem(['FLOW_NAME'], { ...NOTHING, flow: name });
}

/** What is wrong with the name of a step; undefined for a good one. */
export function stepNameProblem(name: string): Problem | undefined {
  const node: StepNode = { name, kind: 'step', inputs: [], options: {}, where: () => undefined };
  return problem(['FLOW_STEP_NAME', 'FLOW_STEP_RESERVED'], NOTHING, [node]);
}

const NOTHING: Graph = { flow: 'flow', params: {}, steps: new Map(), where: () => undefined };

function problem(codes: string[], graph: Graph, declared: StepNode[] = []): Problem | undefined {
  for (const code of codes) {
    const [finding] = RULES[code]?.(graph, declared) ?? [];
    if (finding) return { code, message: finding.message };
  }
  return undefined;
}
