/** The executor `resume`: a new run that takes over what an earlier one finished. */
import type { ExecutorContext } from '@nx/devkit';
import { type DoorOptions, enter } from './door';

export default function resume(
  options: DoorOptions,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  return enter('resume', options, context);
}
