/** Renders what a step threw. */
import { errorText } from '../../engine/explain/error-text';
import type { ErrorRecord } from '../../store/rows';
import type { Output } from './output';

/** @param frames the most user frames to show */
export function renderThrown(error: ErrorRecord, output: Output, cwd: string, frames?: number): string {
  return errorText(error, frames === undefined ? output : { ...output, frames }, cwd);
}
