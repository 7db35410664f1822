/** Runs that were removed. */
import { FlowError } from '../definition/errors';
import type { RemovedRow } from './missing-rows';

/** FLOW_RUN_REMOVED */
export function runRemoved(flow: string, run: number, { at, by }: RemovedRow): FlowError {
  return new FlowError(
    'FLOW_RUN_REMOVED',
    `The run ${flow}/${run} was removed on ${day(at)} by ${by}. Name another run, or import an export of it.`,
  );
}

function day(at: number): string {
  const date = new Date(at);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
