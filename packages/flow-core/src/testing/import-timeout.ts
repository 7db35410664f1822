/** The Runner's option `importTimeout`. */
import { parseDuration } from '../definition/duration';
import { FlowError } from '../definition/errors';
import type { RunnerOptions } from './types';

/** @throws FlowError FLOW_USAGE */
export function importTimeoutOf({ importTimeout: given }: RunnerOptions): number | undefined {
  if (given === undefined) return undefined;
  const timeoutMs = parseDuration(given);
  if (timeoutMs) return timeoutMs;
  const message = `\`importTimeout\` is a duration above 0, such as '30s' or '5m', not "${given}".`;
  throw new FlowError('FLOW_USAGE', message);
}
