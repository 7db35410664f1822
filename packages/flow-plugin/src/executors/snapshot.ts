/** The executor `snapshot`: the run of today's code as a file, for Nx's cache to carry. */
import type { ExecutorContext } from '@nx/devkit';
import { type DoorOptions, enter } from './door';

export default async function snapshot(
  options: DoorOptions,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  const { publishedFor } = await import('../heads/published');
  const { file: _, ...refused } = publishedFor(context);
  return enter('snapshot', options, context, refused);
}
