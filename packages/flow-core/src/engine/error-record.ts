/** Errors to plain records and back: an Error written by one Node cannot be read by every other. */
import type { ErrorRecord } from '../store/rows';

const DEEPEST_CAUSE = 8;

export function toRecord(thrown: unknown, depth = 0): ErrorRecord {
  if (!(thrown instanceof Error) && !isErrorLike(thrown)) {
    return { name: 'Error', message: `a value that is no Error was thrown: ${describe(thrown)}` };
  }
  const { name, message, stack, code, cause } = thrown as Error & { code?: unknown };
  return {
    name: String(name),
    message: String(message),
    ...(typeof stack === 'string' ? { stack } : {}),
    ...(typeof code === 'string' ? { code } : {}),
    ...(cause !== undefined && depth < DEEPEST_CAUSE ? { cause: toRecord(cause, depth + 1) } : {}),
  };
}

function isErrorLike(thrown: unknown): boolean {
  return typeof thrown === 'object' && thrown !== null && 'message' in thrown && 'stack' in thrown;
}

function describe(thrown: unknown): string {
  try {
    return typeof thrown === 'string' ? thrown : (JSON.stringify(thrown) ?? String(thrown));
  } catch {
    return String(thrown);
  }
}

/** An Error with the name, message, stack, code and causes of a record. */
export function fromRecord({ name, message, stack, code, cause }: ErrorRecord): Error {
  const error = new Error(message, cause === undefined ? undefined : { cause: fromRecord(cause) });
  const hidden = { writable: true, configurable: true, enumerable: false };
  if (name !== 'Error') Object.defineProperty(error, 'name', { ...hidden, value: name });
  Object.defineProperty(error, 'stack', { ...hidden, value: stack });
  return code === undefined ? error : Object.assign(error, { code });
}
