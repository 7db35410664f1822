/** Renders what a step threw, without the colours of its messages. */
import { errorText } from '../../engine/explain/error-text';
import type { ErrorRecord } from '../../store/rows/rows';
import type { Output } from './output';
import { uncoloured } from './plain';

/** @param frames the most user frames to show */
export function renderThrown(error: ErrorRecord, output: Output, cwd: string, frames?: number): string {
  return uncoloured(errorText(error, frames === undefined ? output : { ...output, frames }, cwd));
}
