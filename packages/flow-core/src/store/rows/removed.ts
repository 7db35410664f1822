/** Runs that were removed. */
import { FlowError } from '../../definition/errors';
import type { RemovedRow } from './missing-rows';

/** FLOW_RUN_REMOVED */
export function runRemoved(flow: string, run: number, removed: RemovedRow): FlowError {
  const on = day(removed.at);
  const message = removed.import
    ? `There is no run ${flow}/${run}: an import by ${removed.by} took the number and did not end, and what it had written was removed on ${on}. Name another run, or import the file again.`
    : `The run ${flow}/${run} was removed on ${on} by ${removed.by}. Name another run, or import an export of it.`;
  return new FlowError('FLOW_RUN_REMOVED', message);
}

function day(at: number): string {
  const date = new Date(at);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
