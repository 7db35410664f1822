/**
 * Cache keys for Nx: `@nx-flow/core/keys`. The plugin loads it before every command, so it imports very little.
 * `engine/task/cache-keys.ts` has each key field by field.
 */
import type { PublishedKey } from './published-key';

export { damageOf, isMisnamed } from '../../engine/outputs/manifest';
export type { SpinKey, StepKey } from '../../engine/task/cache-keys';
export { storeFolder } from '../../environment/store-folder';
export {
  DEFAULT_NAMES,
  type FlowTargetKind,
  type NamedFlow,
  suffixOf,
  type TargetNames,
  type TargetNaming,
  targetNames,
} from '../../environment/target-names';
export { currentUser } from '../../environment/user';
export { remedy } from '../../store/folder/writable';
export { readGeneration } from '../../store/level/generation';
export { type KeyState, keyHolds, keyState, type PublishedKey } from './published-key';

/**
 * The key of what `nx-flow spin <arguments>` would see now. Returns undefined when the command would be refused:
 * Nx need not know why.
 * @param argv without the command's name
 * @param flow its name, since the arguments may have its file
 */
export async function spinKey(
  argv: readonly string[],
  flow: string,
  cwd: string,
): Promise<PublishedKey | undefined> {
  const spin = await import('./spin-key');
  return spin.spinKey(argv, flow, cwd);
}

/**
 * A key of a command line's parameters and of the files that they name. Returns undefined when no parameter is
 * given, and when the command would be refused.
 */
export async function commandParamsKey(
  argv: readonly string[],
  workspace: string,
): Promise<string | undefined> {
  const params = await import('./command-params-key');
  return params.commandParamsKey(argv, workspace);
}
