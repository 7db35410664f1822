/** The key of a spin, as Nx and the command compare it: which inputs are meant, and everything that the step would see. */
import { type Stats, statSync } from 'node:fs';
import { relative } from 'node:path';
import type { Selection } from '../../engine/inputs/selection';
import { currentUser } from '../../environment/user';
import type { Place } from '../../session/place';
import { readGeneration } from '../../store/generation';
import type { GivenKey } from './given-key';

export interface SpinHead {
  /** Which inputs are meant; empty where that cannot be known before the flow is imported. */
  selection: string;
  /** The step, where it is known beforehand. */
  step?: string;
  /** Of everything that the step would see there; a number for this once, where that cannot be known beforehand. */
  key: string;
  once?: true;
  /** What the key was computed from. */
  state?: HeadState;
}

export interface HeadState {
  store: string;
  /** The flow's file, and its snapshot's. */
  files: string[];
  /** How all of that was. */
  was: string;
}

/** Where a folder was looked for and a file lies, there is nothing. */
function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** Whether a head may be used again: nothing that it came from has changed. */
export function headHolds({ state }: SpinHead): boolean {
  return state !== undefined && headState(state.store, state.files).was === state.was;
}

/** The inputs that a selection means, as text: the same for whoever publishes a head and for whoever executes. */
export function selectionText(selection: Selection, { workspace, store }: Place): string {
  return JSON.stringify([selection, relative(workspace, store)]);
}

/** With what was given for parameters: what is recorded is in the head itself. */
export function fullKey(head: string, { key }: GivenKey): string {
  return key === undefined ? head : `${head} ${key}`;
}

export function headState(store: string, files: string[]): HeadState {
  const stamps = files.map((path) => {
    const found = statsOf(path);
    return found ? [found.mtimeMs, found.ctimeMs, found.size] : null;
  });
  return { store, files, was: JSON.stringify([readGeneration(store) ?? null, stamps, currentUser()]) };
}
