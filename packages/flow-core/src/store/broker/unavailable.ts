/** The error of a store that no broker serves. */
import { FlowError } from '../../definition/errors';

export function unavailable(message: string, cause?: unknown): FlowError {
  return new FlowError('FLOW_STORE_UNAVAILABLE', message, { cause });
}
