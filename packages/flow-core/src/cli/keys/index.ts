/** Heads of spins for Nx: what a door needs that is opened before every command loads next to nothing. */
import type { SpinHead } from './key';

export { damageOf, isMisnamed } from '../../engine/outputs/manifest';
export { currentUser } from '../../environment/user';
export { storeFolder } from '../../environment/workspace';
export { readGeneration } from '../../store/generation';
export { remedy } from '../../store/writable';
export { type HeadState, headHolds, headState, type SpinHead } from './key';

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
  const head = await import('./spin-key');
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
  const given = await import('./given-params-key');
  return given.givenParamsKey(argv, workspace);
}
