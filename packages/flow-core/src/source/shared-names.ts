/** Names in `share` of a foreach that no step before it returns, as far as the text of these steps shows what they return. */
import { type Problem, problemsError, suggest } from '../definition/errors';
import { ancestors, type Graph, type StepNode } from '../definition/graph';
import { allReturnedNames } from './returned-names';

/** @throws FlowError FLOW_INVALID */
export async function requireSharedNames(graph: Graph): Promise<void> {
  const problems = await unknownShared(graph);
  if (problems.length === 0) return;
  throw problemsError('FLOW_INVALID', `The flow "${graph.flow}" cannot run`, problems);
}

/** Nothing is told about a foreach after a step whose names are not known: one that returns what a function gives. */
export async function unknownShared(graph: Graph): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (const node of graph.steps.values()) {
    const names = node.share?.length ? await namesBefore(graph, node) : undefined;
    if (!names) continue;
    const where = node.where();
    for (const name of node.share ?? []) {
      if (names.has(name)) continue;
      const message = `\`share\` of "${node.name}" has "${name}", which no step before it returns. ${suggest(name, names)}`;
      problems.push({ code: 'FLOW_OPTION_VALUE', message, ...(where ? { where } : {}) });
    }
  }
  return problems;
}

/** Undefined where they are not known. */
async function namesBefore(graph: Graph, { name }: StepNode): Promise<Set<string> | undefined> {
  const names = new Set<string>();
  for (const before of ancestors(graph, name)) {
    if (before === name) continue;
    const { body, options } = graph.steps.get(before) as StepNode;
    const returned = body ? await allReturnedNames(body) : [];
    if (!returned) return undefined;
    for (const one of returned) names.add(one);
    if (options.catch !== undefined) names.add(options.catch);
  }
  return names;
}
