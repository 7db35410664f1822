/** Reads the published file that is in the current task's hash. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutorContext } from '@nx/devkit';
import type { MainOptions } from '@nx-flow/core/cli';
import { publishedBy, UNPUBLISHED } from '../nx/published-files';
import type { SpinTargetKey } from './target-keys';

/**
 * The published file that a target names as an input. A target that is cached without it would replay outdated
 * results, so it is refused before it can produce one: see `refused`.
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

/** Whether the published files are this command's. If publishing failed, they are an earlier command's. */
export function isPublished({ target }: ExecutorContext): boolean {
  return target?.cache === true && !process.env[UNPUBLISHED];
}

/**
 * The keys in this task's hash. Returns undefined when Nx did not hash it, and when its result will not be reused:
 * then there is nothing to compare.
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
