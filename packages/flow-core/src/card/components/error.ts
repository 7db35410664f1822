/** An error, or a warning in words. */
import { types } from 'node:util';
import { taken } from '../given';
import { handle, type Updatable } from '../handle';
import { cut, lineOf, textOf } from '../text';

/** How many errors are shown of those that caused each other. */
const CAUSES = 5;

export interface ErrorOptions {
  /** Default: the error's name. */
  title?: string;
}

export interface ErrorPart extends ErrorOptions, Updatable {
  error: unknown;
}

/** An error with its stack and what caused it; anything else that was thrown as text. */
export function error(of: unknown, options: ErrorOptions = {}): ErrorPart {
  return handle({ ...taken(options), error: of } as Omit<ErrorPart, 'update'>, (props) => {
    const thrown = props.error;
    if (!types.isNativeError(thrown))
      return { type: 'error', title: textOf(props.title) ?? 'Error', text: cut(lineOf(thrown, 10_000)) };
    return {
      type: 'error',
      title: textOf(props.title) ?? textOf(thrown.name) ?? 'Error',
      text: cut(String(thrown.message)),
      stack: cut(stackOf(thrown)),
    };
  });
}

function stackOf(thrown: Error): string {
  const stacks: string[] = [];
  for (let at: unknown = thrown; at !== undefined && stacks.length < CAUSES; ) {
    if (!types.isNativeError(at)) {
      stacks.push(lineOf(at));
      break;
    }
    stacks.push(String(at.stack ?? at));
    at = at.cause;
  }
  return stacks.join('\nCaused by: ');
}
