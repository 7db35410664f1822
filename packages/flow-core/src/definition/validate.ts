/** Validates a declared flow: all problems at once, each with its place. */
import { type Problem, problemsError } from './errors';
import type { Graph, StepNode } from './graph';
import { RULES } from './rules';

export function findProblems(graph: Graph, declared: readonly StepNode[]): Problem[] {
  const problems: Problem[] = [];
  for (const [code, rule] of Object.entries(RULES)) {
    for (const { message, node } of rule(graph, declared)) {
      const where = node ? node.where() : graph.where();
      problems.push({ code, message, ...(where ? { where } : {}) });
    }
  }
  return problems;
}

/** Throws FLOW_INVALID if anything is wrong. */
export function validate(graph: Graph, declared: readonly StepNode[]): void {
  const problems = findProblems(graph, declared);
  if (problems.length === 0) return;
  throw problemsError('FLOW_INVALID', `The flow "${graph.flow}" cannot run`, problems);
}
