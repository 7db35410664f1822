/** The executor `spin`: one step, now, on recorded inputs. */
import type { ExecutorContext } from '@nx/devkit';
import type { ExecutorOptions } from '../nx/command-line';
import { runCommand } from './run-command';

export default async function spin(
  options: ExecutorOptions,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  const { publishedFor, publishedKeys } = await import('../keys/published');
  const { file, ...refused } = publishedFor(context);
  const keys = publishedKeys(file, context);
  if (!keys) return runCommand('spin', options, context, refused);
  const { codeCheck } = await import('../keys/code-check');
  const codeChanged = codeCheck(options, options.step as string | undefined, context);
  const task = process.env.NX_TASK_HASH as string;
  return runCommand('spin', options, context, { keys, task, ...(codeChanged ? { codeChanged } : {}) });
}
