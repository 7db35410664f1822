/** The executor `run`: a whole flow, recorded. */
import type { ExecutorContext } from '@nx/devkit';
import { type DoorOptions, enterAndPublish } from './door';

export default function run(options: DoorOptions, context: ExecutorContext): Promise<{ success: boolean }> {
  return enterAndPublish('run', options, context);
}
