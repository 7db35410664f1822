/** The executor `spin`: one step, now, on recorded inputs. */
import type { ExecutorContext } from '@nx/devkit';
import { type DoorOptions, enter } from './door';

export default async function spin(
  options: DoorOptions,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  const { publishedFor, publishedHeads } = await import('../keys/published');
  const { file, ...refused } = publishedFor(context);
  const heads = publishedHeads(file, context);
  if (!heads) return enter('spin', options, context, refused);
  const { codeCheck } = await import('../keys/code-check');
  const moved = codeCheck(options, options.step as string | undefined, context);
  const task = process.env.NX_TASK_HASH as string;
  return enter('spin', options, context, { heads, task, ...(moved ? { moved } : {}) });
}
