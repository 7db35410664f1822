/** The executor `step`: one step of a flow, on the handovers of the earlier steps' targets. */
import type { ExecutorContext } from '@nx/devkit';
import type { ExecutorOptions } from '../nx/command-line';
import { forStep } from './forwarded';
import { runCommand } from './run-command';

export default async function step(
  { step: name, ...given }: ExecutorOptions & { step: string },
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  const { publishedFor } = await import('../keys/published');
  const { codeKey } = await import('../keys/code-key');
  const { codeCheck } = await import('../keys/code-check');
  const { options, raw } = forStep(given, context);
  const { file, ...refused } = publishedFor(context);
  const key = await codeKey(file, context);
  const force = process.env.NX_SKIP_NX_CACHE === 'true';
  const codeChanged = codeCheck(options, name, context);
  const task = process.env.NX_TASK_HASH;
  const more = {
    ...(key === undefined ? refused : { codeKey: key, force }),
    ...(codeChanged ? { codeChanged } : {}),
    ...(task === undefined ? {} : { task }),
  };
  return runCommand('step', { ...options, pathspec: name }, context, more, raw);
}
