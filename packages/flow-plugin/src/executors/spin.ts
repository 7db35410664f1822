/** The executor `spin`: one step, now, on recorded inputs. */
import type { ExecutorContext } from '@nx/devkit';
import { type DoorOptions, enter } from './door';

export default async function spin(
  options: DoorOptions,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  const { publishedFor, publishedHeads } = await import('../heads/published');
  const { file, ...refused } = publishedFor(context);
  const heads = publishedHeads(file, context);
  return enter('spin', options, context, heads ? { heads } : refused);
}
