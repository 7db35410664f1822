/** The key of a spin as Nx and the command compare it: the selected inputs, and all that the step would see. */
import { type Stats, statSync } from 'node:fs';
import { relative } from 'node:path';
import type { Selection } from '../../engine/inputs/selection';
import { currentUser } from '../../environment/user';
import type { Place } from '../../session/place';
import { readGeneration } from '../../store/level/generation';
import type { ParamsKey } from './params-key';

export interface PublishedKey {
  /** The selected inputs. Empty when they are unknown before the flow is imported. */
  selection: string;
  /** The step, if it is known beforehand. */
  step?: string;
  /** The digest of the `SpinKey` and the given parameters. With `once`, a random id. */
  key: string;
  once?: true;
  /** What the key was computed from. */
  state?: KeyState;
}

export interface KeyState {
  store: string;
  /** The flow's file, its snapshot's, and those that parameters name. */
  files: string[];
  /** The state of the store and these files when the key was computed. */
  was: string;
}

/** Whether a key may be published again: nothing that it was computed from has changed. */
export function keyHolds({ state }: PublishedKey): boolean {
  return state !== undefined && keyState(state.store, state.files).was === state.was;
}

/** A selection as text. It is equal when a key is published and when the spin is executed. */
export function selectionText(selection: Selection, { workspace, store }: Place): string {
  return JSON.stringify([selection, relative(workspace, store)]);
}

/** Adds the key of the given parameters. The digest contains the run's recorded parameters already. */
export function withParams(digest: string, { key }: ParamsKey): string {
  return key === undefined ? digest : `${digest} ${key}`;
}

export function keyState(store: string, files: string[]): KeyState {
  const stamps = files.map((path) => {
    const found = statsOf(path);
    return found ? [found.mtimeMs, found.ctimeMs, found.size] : null;
  });
  return { store, files, was: JSON.stringify([readGeneration(store) ?? null, stamps, currentUser()]) };
}

/** Returns undefined also when a parent of the path is a file. */
function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
