/** Declared variables of the environment that differ between the run whose inputs a spin takes, and now. */
import type { Graph } from '../../definition/graph';
import type { Resolved } from '../inputs/resolved';

/** A sentence, or none. It has no values, which nobody needs to see. */
export async function changedVariables(graph: Graph, { run }: Resolved): Promise<string[]> {
  if (!run?.variables) return [];
  const { VARIABLE_CHANGES, variableDifferences } = await import('../../source/declared-inputs');
  return variableDifferences(graph, run.variables).map(
    ({ name, change }) =>
      `The variable ${name} ${VARIABLE_CHANGES[change]}: run ${run.run} had it otherwise.`,
  );
}
