/** The exit code of what failed. */
import type { ErrorRecord } from '../store/rows/rows';

/** 1 for a step that failed; 2 for a flow that cannot be imported, wherever that showed. */
export function exitOf(error: ErrorRecord | undefined): 1 | 2 {
  return error?.name === 'FlowError' && error.code === 'FLOW_IMPORT' ? 2 : 1;
}
