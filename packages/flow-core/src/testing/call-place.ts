/** Makes bad usage point at the line of the test, not at this package, which a test runner would show. */
import { isFlowError } from '../definition/errors';

interface Place {
  stack?: string;
}

/** Remembers who calls. The stack is rendered only when something is wrong. */
export function callPlace(below: Parameters<typeof Error.captureStackTrace>[1]): Place {
  const place: Place = {};
  Error.captureStackTrace(place, below);
  return place;
}

/** Executes something for the caller. An error of this package gets the caller's stack. */
export async function from<T>(place: Place, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw pointed(error, place);
  }
}

/** As {@link from}, at once. */
export function fromNow<T>(place: Place, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw pointed(error, place);
  }
}

function pointed(error: unknown, { stack = '' }: Place): unknown {
  if (!isFlowError(error)) return error;
  const frames = stack.slice(stack.search(/^ {4}at /m));
  if (frames.startsWith('    at ')) error.stack = `${error.name}: ${error.message}\n${frames}`;
  return error;
}
