/** What a step threw, on screen. */
import { errorText } from '../../engine/explain/error-text';
import type { ErrorRecord } from '../../store/rows';
import type { Output } from './output';

/** @param frames At most so many frames of the user. */
export function renderThrown(error: ErrorRecord, output: Output, cwd: string, frames?: number): string {
  return errorText(error, frames === undefined ? output : { ...output, frames }, cwd);
}
