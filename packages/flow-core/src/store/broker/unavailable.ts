import { FlowError } from '../../definition/errors';

export function unavailable(message: string, cause?: unknown): FlowError {
  return new FlowError('FLOW_STORE_UNAVAILABLE', message, { cause });
}
