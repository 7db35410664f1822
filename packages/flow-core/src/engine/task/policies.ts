/** What a step's options say about time: how long an attempt may take. */
import { parseDuration } from '../../definition/duration';
import { FlowError } from '../../definition/errors';
import type { StepNode } from '../../definition/graph';

type StepOptions = StepNode['options'];

/** How long after its timeout a task that does not notice it is killed. Milliseconds. */
export const TIMEOUT_GRACE_MS = 250;

/** The same where others are executed beside it: one of them may keep the process busy. Milliseconds. */
export const TOGETHER_GRACE_MS = 2000;

/** Milliseconds that one attempt may take. */
export function timeoutOf({ timeout }: StepOptions): number | undefined {
  return timeout === undefined ? undefined : parseDuration(timeout);
}

export function timeoutError(timeoutMs: number): FlowError {
  return new FlowError('FLOW_TIMEOUT', `The task took longer than its timeout of ${timeoutMs / 1000} s.`, {
    exit: 1,
  });
}

/** Of a body that nothing could wake any more: no timer, no socket, no file, no process is left that it waits for. */
export function stuckError(): FlowError {
  const message = 'The step waits for a promise that nothing can settle any more.';
  return new FlowError('FLOW_STEP_STUCK', message, { exit: 1 });
}
