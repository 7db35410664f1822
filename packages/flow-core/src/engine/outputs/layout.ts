/** Where the outputs of spins, steps and snapshots lie in the workspace. */
import { join } from 'node:path';

export function snapshotFile(workspace: string, flow: string): string {
  return join(workspace, 'dist', 'flow', flow, 'snapshot', `${flow}.nxflow`);
}

/** What flows leave for whoever comes next, each in a folder of its name. */
export function flowsFolder(workspace: string): string {
  return join(workspace, 'dist', 'flow');
}

export function stepFolder(workspace: string, flow: string, step: string): string {
  return join(flowsFolder(workspace), flow, 'steps', step);
}

/** Where a flow's spins leave their outputs, in a folder for each step. */
export function spinsFolder(workspace: string, flow: string): string {
  return join(workspace, 'dist', 'flow', flow, 'spin');
}
