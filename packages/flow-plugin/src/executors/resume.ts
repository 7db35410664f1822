/** The executor `resume`: a new run that takes over the finished tasks of an earlier one. */
import type { ExecutorContext } from '@nx/devkit';
import type { ExecutorOptions } from '../nx/command-line';
import { runAndPublish } from './run-command';

export default function resume(
  options: ExecutorOptions,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  return runAndPublish('resume', options, context);
}
