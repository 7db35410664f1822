/** The executor `snapshot`: the run of today's code as a file, for Nx's cache to carry. */
import type { ExecutorContext } from '@nx/devkit';
import { type DoorOptions, enter } from './door';

export default function snapshot(
  options: DoorOptions,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  return enter('snapshot', options, context);
}
