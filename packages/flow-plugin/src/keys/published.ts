/** What was published for the task at hand, and is in its hash. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutorContext } from '@nx/devkit';
import type { MainOptions } from '@nx-flow/core/cli';
import { publishedBy, UNPUBLISHED } from '../nx/published-files';
import type { SpinTargetKey } from './target-keys';

/**
 * The published file that a target names as an input. A target that is cached without it would be replayed where
 * something else is to be seen: it is refused before it can leave a result. `refused` says so.
 */
export function publishedFor({ target, projectName, targetName }: ExecutorContext): {
  file?: string;
  refused?: MainOptions['refused'];
} {
  const file = (target?.inputs ?? []).map(publishedBy).find((name) => name !== undefined);
  if (file !== undefined) return { file };
  if (target?.cache !== true) return {};
  const { FlowError } = require('@nx-flow/core') as typeof import('@nx-flow/core');
  const message =
    `The inputs of ${projectName}:${targetName} leave out what nx-flow publishes for it, so that Nx would replay what ` +
    `is out of date: begin them with "...", which stands for the inferred ones ("inputs": ["...", { "env": "NAME" }]), or set "cache" to false.`;
  return { refused: new FlowError('FLOW_TARGET_INPUTS', message) };
}

/** Whether the published files belong to this very command: where publishing failed, those of an earlier one lie there. */
export function isPublished({ target }: ExecutorContext): boolean {
  return target?.cache === true && !process.env[UNPUBLISHED];
}

/**
 * The keys that are in this task's hash. Returns undefined when Nx did not hash it, and when its result is not to be used
 * again: then there is nothing to compare.
 */
export function publishedKeys(
  file: string | undefined,
  context: ExecutorContext,
): SpinTargetKey['keys'] | undefined {
  if (file === undefined || process.env.NX_TASK_HASH === undefined || !isPublished(context)) return undefined;
  try {
    const { keys }: SpinTargetKey = JSON.parse(readFileSync(join(context.root, file), 'utf8'));
    return keys['*'] === undefined ? keys : undefined;
  } catch {
    return undefined;
  }
}
