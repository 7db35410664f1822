/** The folders of the outputs of spins, steps and snapshots in the workspace. */
import { join } from 'node:path';

export function snapshotFile(workspace: string, flow: string): string {
  return join(workspace, 'dist', 'flow', flow, 'snapshot', `${flow}.nxflow`);
}

/** The folder of the outputs of all flows, each in a folder of its name. */
export function flowsFolder(workspace: string): string {
  return join(workspace, 'dist', 'flow');
}

export function stepFolder(workspace: string, flow: string, step: string): string {
  return join(flowsFolder(workspace), flow, 'steps', step);
}

/** The folder of cards that were written to be looked at. */
export function cardsFolder(workspace: string): string {
  return join(workspace, '.flow', 'cards');
}

/** The name of a card's file beside the outputs of its task. @param id `default` for the one that a step has as `card` */
export function cardFile(id: string): string {
  return id === 'default' ? 'card.html' : `card-${id}.html`;
}

/** The folder of the outputs of a flow's spins, with a folder for each step. */
export function spinsFolder(workspace: string, flow: string): string {
  return join(workspace, 'dist', 'flow', flow, 'spin');
}
