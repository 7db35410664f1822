/** The executor `resume`: a new run that takes over what an earlier one finished. */
import type { ExecutorContext } from '@nx/devkit';
import { type DoorOptions, enter } from './door';

export default async function resume(
  options: DoorOptions,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  const result = await enter('resume', options, context);
  // A spin that waits for this run in the same command is hashed after it.
  const { publishAgain } = await import('../heads/spins');
  await publishAgain(options.flow, context.root);
  return result;
}
