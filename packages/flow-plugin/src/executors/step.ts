/** The executor `step`: one step of a flow, on what the targets of the steps before it handed over. */
import type { ExecutorContext } from '@nx/devkit';
import { type DoorOptions, enter } from './door';
import { forStep } from './forwarded';

export default async function step(
  { step: name, ...given }: DoorOptions & { step: string },
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  const { publishedFor } = await import('../keys/published');
  const { stepKey } = await import('../keys/step-key');
  const { codeCheck } = await import('../keys/code-check');
  const { options, raw } = forStep(given, context);
  const { file, ...refused } = publishedFor(context);
  const key = await stepKey(file, context);
  const again = process.env.NX_SKIP_NX_CACHE === 'true';
  const moved = codeCheck(options, name, context);
  const task = process.env.NX_TASK_HASH;
  const more = {
    ...(key === undefined ? refused : { stepKey: key, again }),
    ...(moved ? { moved } : {}),
    ...(task === undefined ? {} : { task }),
  };
  return enter('step', { ...options, pathspec: name }, context, more, raw);
}
