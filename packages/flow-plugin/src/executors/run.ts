/** The executor `run`: a whole flow, recorded. */
import type { ExecutorContext } from '@nx/devkit';
import type { ExecutorOptions } from '../nx/command-line';
import { runAndPublish } from './run-command';

export default function run(
  options: ExecutorOptions,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  return runAndPublish('run', options, context);
}
