/**
 * What a step changed and nobody can change back, such as `Array.prototype.map` made unchangeable. Nothing can be executed in
 * such a process any more, the engine least of all, so what is said here is said by bare means.
 */
import { writeSync } from 'node:fs';
import { types } from 'node:util';
import { exitNow } from '../../process/ending';
import type { ErrorRecord } from '../../store/rows/rows';
import type { TaskOutcome } from '../task/task';

const { getOwnPropertyDescriptor } = Object;

/** The error of the step. @param thrown what its body threw, if it did */
function lastingError(names: readonly string[], thrown: unknown): ErrorRecord {
  const message = `The step replaced ${names[0]} for good. Nothing else can be executed in its process.`;
  const stack = saidBy(thrown);
  const code = 'FLOW_BUILTIN_LOST';
  return stack === undefined
    ? { name: 'FlowError', code, message }
    : { name: 'FlowError', code, message, stack, cause: { name: 'Error', message: stack } };
}

/** The outcome of such a task. Its process ends with it. */
export function lastingOutcome(names: readonly string[], thrown: unknown): TaskOutcome {
  const failure = { error: lastingError(names, thrown), thrown: undefined };
  return { startedAt: Date.now(), durationMs: 0, status: 'failed', failure, stray: true };
}

/** Says it, and ends this process, which is a command's. */
export function endByLasting(names: readonly string[], thrown: unknown): never {
  const { code, message, stack } = lastingError(names, thrown);
  const text = `\n${code}  ${message}\n${stack === undefined ? '' : `\n${stack}\n`}`;
  try {
    writeSync(2, text);
  } catch {
    // Nobody listens.
  }
  return exitNow(1);
}

function saidBy(thrown: unknown): string | undefined {
  if (typeof thrown === 'string') return thrown;
  if (!types.isNativeError(thrown)) return undefined;
  const stack: unknown = getOwnPropertyDescriptor(thrown, 'stack')?.value;
  return typeof stack === 'string' ? stack : undefined;
}
