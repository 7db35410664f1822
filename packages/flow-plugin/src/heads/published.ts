/** What was published for the task at hand. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutorContext } from '@nx/devkit';
import { publishedBy } from './layout';
import type { PublishedHeads } from './spins';

/**
 * The heads that are in this task's hash. Undefined where Nx did not hash it, or its result is not to be used again:
 * then there is nothing to compare.
 */
export function publishedHeads({ root, target }: ExecutorContext): PublishedHeads | undefined {
  if (process.env.NX_TASK_HASH === undefined || target?.cache !== true) return undefined;
  const file = (target.inputs ?? []).map(publishedBy).find((name) => name !== undefined);
  if (file === undefined) return undefined;
  try {
    const heads: PublishedHeads = JSON.parse(readFileSync(join(root, file), 'utf8'));
    return heads['*'] === undefined ? heads : undefined;
  } catch {
    return undefined;
  }
}
