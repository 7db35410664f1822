/** Marks an error after which no further attempt helps. */

import { isErrorLike } from './thrown';

/** On the error itself, so that it is known whichever copy of this package made it. */
const FATAL = Symbol.for('nx-flow.fatal');

/**
 * Says that a further attempt would fail as well: a task that throws it is not tried again, whatever the `retry` of its step is.
 *
 * @example
 * ```ts
 * import { fatal, flow } from '@nx-flow/core';
 * const f = flow('ask');
 * const start = f.start(() => ({ url: 'http://localhost:8080' }));
 * const ask = f.step('ask', { after: start, retry: { times: 5, wait: '1s', backoff: 2 } }, async ({ self }) => {
 *   const response = await fetch(self.url);
 *   if (response.status === 401) throw fatal(new Error('The key is wrong.'));
 *   return { answer: await response.text() };
 * });
 * export default f.end(ask);
 * ```
 * @param error what went wrong: what is no Error becomes the message of one
 * @returns the error, to be thrown
 */
export function fatal<E>(error: E): E extends Error ? E : Error {
  const given = isErrorLike(error) ? (error as Error) : new Error(String(error));
  const marked = Object.isExtensible(given) ? given : copyOf(given);
  Object.defineProperty(marked, FATAL, { value: true });
  return marked as E extends Error ? E : Error;
}

export function isFatal(thrown: unknown): boolean {
  try {
    return (thrown as { [FATAL]?: unknown } | null | undefined)?.[FATAL] === true;
  } catch {
    return false;
  }
}

/** Of one that takes no mark, since it is frozen. */
function copyOf(error: Error): Error {
  const { name, message, stack } = error;
  const copy = new Error(message, { cause: error });
  for (const [key, value] of Object.entries({ name, stack }))
    Object.defineProperty(copy, key, { value, configurable: true, writable: true });
  return Object.assign(copy, error);
}
