/** The place of a flow: its file, its workspace, its store. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Graph } from '../definition/graph';
import { formerStoreBelow } from '../environment/former-store';
import { namedStore, storeFolder } from '../environment/store-folder';
import { type FoundWorkspace, searchWorkspace } from '../environment/workspace';
import { findFlowFile, looksLikeFile } from '../source/find';
import { openStore } from '../store/open';
import type { Store } from '../store/store';
import type { EnvFiles } from './env';

export interface Place {
  /** The name or the file of the flow, as it was given. */
  flow: string;
  /** The flow's file, where it was looked up before. */
  file?: string;
  /** The folder that relative paths count from. */
  cwd: string;
  workspace: string;
  /** The folder of the store. */
  store: string;
  /** What the search passed over, if the user should know of it. */
  found: Omit<FoundWorkspace, 'folder'>;
  /** Loads the flow's `.env` files before anything of the flow is executed. Absent where nobody asks for them. */
  env?: EnvFiles;
}

export interface PlaceOptions {
  /** The folder of the store, as it was given; default `.flow` in the workspace, or NX_FLOW_STORE. */
  store?: string | undefined;
  /** The workspace, where the caller knows it, as Nx does. It is not searched for then. */
  workspace?: string | undefined;
}

export function placeOf(flow: string, cwd: string, options: PlaceOptions = {}): Place {
  // A file's own folder decides the workspace, wherever the command runs.
  return { flow, ...placeIn(looksLikeFile(flow) ? resolve(cwd, flow, '..') : cwd, cwd, options) };
}

/** The workspace and the store for a folder. @param cwd the folder in which the command was started */
export function placeIn(from: string, cwd: string, { store, workspace }: PlaceOptions): Omit<Place, 'flow'> {
  const { folder, former, ...found } =
    workspace === undefined
      ? searchWorkspace(from, cwd)
      : { folder: workspace, former: formerStoreBelow(from, workspace) };
  const place = { cwd, workspace: folder, store: storeFolder(folder, cwd, store) };
  // Somebody who names a store misses no other.
  return { ...place, found: { ...found, ...(former && !namedStore(store) ? { former } : {}) } };
}

/** @throws FlowError FLOW_NOT_FOUND, FLOW_AMBIGUOUS */
export async function findPlaceFile({ flow, file, cwd, workspace }: Place): Promise<string> {
  return file ?? findFlowFile(flow, cwd, workspace);
}

/** @throws FlowError what importing the flow throws */
export async function loadPlaceFlow(
  place: Pick<Place, 'flow' | 'workspace' | 'env'>,
  file: string,
): Promise<Graph> {
  const { flow, workspace } = place;
  await place.env?.load(place, file);
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
