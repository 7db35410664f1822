/** What a step threw, on screen. */
import { errorText } from '../../engine/error-text';
import type { ErrorRecord } from '../../store/rows';
import type { Output } from './output';

export function renderThrown(error: ErrorRecord, output: Output, cwd: string): string {
  return errorText(error, output, cwd);
}
