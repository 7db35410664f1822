/** Where an error was thrown, as the run names it: its files lie elsewhere there, and people open them by these paths. */
import type { ErrorRecord, TaskOutcome } from '@nx-flow/core/queue';

/**
 * @param from the workspace of the worker
 * @param to that of the run
 */
export function withStackOf(outcome: TaskOutcome, from: string, to: string): TaskOutcome {
  if (outcome.status === 'done' || from === to) return outcome;
  const { failure } = outcome;
  return { ...outcome, failure: { ...failure, error: moved(failure.error, `${from}/`, `${to}/`) } };
}

function moved(error: ErrorRecord, from: string, to: string): ErrorRecord {
  const { stack, cause, errors } = error;
  return {
    ...error,
    ...(stack === undefined ? {} : { stack: stack.replaceAll(from, to) }),
    ...(cause ? { cause: moved(cause, from, to) } : {}),
    ...(errors ? { errors: errors.map((one) => moved(one, from, to)) } : {}),
  };
}
