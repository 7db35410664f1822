/** The key of a spin as Nx and the command compare it: which inputs are meant, and everything that the step would see. */
import { type Stats, statSync } from 'node:fs';
import { relative } from 'node:path';
import type { Selection } from '../../engine/inputs/selection';
import { currentUser } from '../../environment/user';
import type { Place } from '../../session/place';
import { readGeneration } from '../../store/generation';
import type { ParamsKey } from './params-key';

export interface PublishedKey {
  /** Which inputs are meant; empty where that cannot be known before the flow is imported. */
  selection: string;
  /** The step, where it is known beforehand. */
  step?: string;
  /** The digest of the `SpinKey`, and of the given parameters; a number for this once where it cannot be known beforehand. */
  key: string;
  once?: true;
  /** What the key was computed from. */
  state?: KeyState;
}

export interface KeyState {
  store: string;
  /** The flow's file, its snapshot's, and those that parameters name. */
  files: string[];
  /** How all of that was. */
  was: string;
}

/** Whether a key may be published again: nothing that it was computed from has changed. */
export function keyHolds({ state }: PublishedKey): boolean {
  return state !== undefined && keyState(state.store, state.files).was === state.was;
}

/** The inputs that a selection means, as text: the same when a key is published and when the spin is executed. */
export function selectionText(selection: Selection, { workspace, store }: Place): string {
  return JSON.stringify([selection, relative(workspace, store)]);
}

/** Adds what was given for parameters: those that the run recorded are in the digest itself. */
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

/** Undefined also where a file lies in the place of a folder on the way. */
function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
