/** The executor `spin`: one step, now, on recorded inputs. */
import type { ExecutorContext } from '@nx/devkit';
import { type DoorOptions, enter } from './door';

export default function spin(options: DoorOptions, context: ExecutorContext): Promise<{ success: boolean }> {
  return enter('spin', options, context);
}
