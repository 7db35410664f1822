/** Heads of spins for Nx: what a door needs that is opened before every command loads next to nothing. */
import { type Stats, statSync } from 'node:fs';
import { currentUser } from '../source/user';
import { readGeneration } from '../store/generation';

export { damageOf, isMisnamed } from '../engine/whole';
export { storeFolder } from '../source/workspace';
export { remedy } from '../store/writable';
export { currentUser, readGeneration };

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

export function headState(store: string, files: string[]): HeadState {
  const stamps = files.map((path) => {
    const found = statsOf(path);
    return found ? [found.mtimeMs, found.ctimeMs, found.size] : null;
  });
  return { store, files, was: JSON.stringify([readGeneration(store) ?? null, stamps, currentUser()]) };
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

/**
 * What `nx-flow spin <arguments>` would see now. Undefined where the command would be refused, which is not for Nx to know.
 * @param argv without the command's name
 * @param flow its name: the arguments may say its file
 */
export async function spinHead(
  argv: readonly string[],
  flow: string,
  cwd: string,
): Promise<SpinHead | undefined> {
  const head = await import('./spin-head');
  return head.spinHead(argv, flow, cwd);
}

/**
 * What a command line gives for parameters, with the files that are named there, as a key. Undefined where nothing is
 * given, or the command would be refused.
 */
export async function givenParamsKey(
  argv: readonly string[],
  workspace: string,
): Promise<string | undefined> {
  const given = await import('./given-params');
  return given.givenParamsKey(argv, workspace);
}
