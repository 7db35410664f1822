/** The place of a flow: its file, its workspace, its store. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Graph } from '../definition/graph';
import { findWorkspace, storeFolder } from '../environment/workspace';
import { findFlowFile, looksLikeFile } from '../source/find';
import { openStore } from '../store/open';
import type { Store } from '../store/store';

export interface Place {
  /** The name or the file of the flow, as it was given. */
  flow: string;
  /** The folder that relative paths count from. */
  cwd: string;
  workspace: string;
  /** The folder of the store. */
  store: string;
}

/** @param store The folder of the store, as it was given; default `.flow` in the workspace, or NX_FLOW_STORE. */
export function placeOf(flow: string, cwd: string, store?: string): Place {
  // A file's own folder decides the workspace, wherever the command runs.
  const workspace = findWorkspace(looksLikeFile(flow) ? resolve(cwd, flow, '..') : cwd);
  return { flow, cwd, workspace, store: storeFolder(workspace, cwd, store) };
}

/** @throws FlowError FLOW_NOT_FOUND, FLOW_AMBIGUOUS */
export function findPlaceFile({ flow, cwd, workspace }: Place): Promise<string> {
  return findFlowFile(flow, cwd, workspace);
}

/** @throws FlowError what importing the flow throws */
export async function loadPlaceFlow({ flow, workspace }: Place, file: string): Promise<Graph> {
  // Relative paths in a flow count from the workspace, both during the import and in a step.
  process.chdir(workspace);
  const { loadFlow } = await import('../source/load');
  return loadFlow(file, flow);
}

/** A folder becomes a store only for an existing flow. @throws FlowError FLOW_STORE_UNWRITABLE, FLOW_NOT_FOUND */
export async function openPlaceStore(place: Place): Promise<Store> {
  if (!existsSync(place.store)) await findPlaceFile(place);
  return openStore(place.store);
}
