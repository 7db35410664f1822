/** The executor `step`: one step of a flow, on what the targets of the steps before it handed over. */
import type { ExecutorContext } from '@nx/devkit';
import { type DoorOptions, enter } from './door';

export default async function step(
  { step: name, ...options }: DoorOptions & { step: string },
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  const { stepKey } = await import('../heads/step-key');
  const key = await stepKey(context);
  return enter('step', { ...options, pathspec: name }, context, key === undefined ? {} : { stepKey: key });
}
