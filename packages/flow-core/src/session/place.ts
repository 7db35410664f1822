/** Where a flow is: its file, its workspace, its store. */
import type { Context } from '../cli/command';
import type { Graph } from '../definition/graph';
import { findFlowFile } from '../source/find';

export interface Place {
  flow: string;
  workspace: string;
  store: string;
}

/** @throws FlowError FLOW_NOT_FOUND, FLOW_AMBIGUOUS */
export function findPlaceFile(place: Place, context: Context): Promise<string> {
  return findFlowFile(place.flow, context.cwd, place.workspace);
}

/** @throws FlowError what importing the flow throws */
export async function loadPlaceFlow(place: Place, file: string): Promise<Graph> {
  // Relative paths in a flow count from the workspace, while it is imported as while a step runs.
  process.chdir(place.workspace);
  const { loadFlow } = await import('../source/load');
  return loadFlow(file, place.flow);
}
