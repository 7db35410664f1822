/** The executor `run`: a whole flow, recorded. */
import type { ExecutorContext } from '@nx/devkit';
import { type DoorOptions, enter } from './door';

export default async function run(
  options: DoorOptions,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  const result = await enter('run', options, context);
  // A spin that waits for this run in the same command is hashed after it.
  const { publishAgain } = await import('../heads/spins');
  await publishAgain(options.flow, context.root);
  return result;
}
