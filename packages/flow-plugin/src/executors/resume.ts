/** The executor `resume`: a new run that takes over what an earlier one finished. */
import type { ExecutorContext } from '@nx/devkit';
import { type DoorOptions, enterAndPublish } from './door';

export default function resume(
  options: DoorOptions,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  return enterAndPublish('resume', options, context);
}
