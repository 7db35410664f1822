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
      text: cut(messagesOf(thrown)),
      stack: cut(causesOf(thrown).map(stackOf).join('\nCaused by: ')),
    };
  });
}

/** The error, and what caused it; the last ones of many are left out. */
function causesOf(thrown: Error): unknown[] {
  const found: unknown[] = [];
  for (let at: unknown = thrown; at !== undefined && !found.includes(at) && found.length < CAUSES; ) {
    found.push(at);
    at = types.isNativeError(at) ? at.cause : undefined;
  }
  return found;
}

function messagesOf(thrown: Error): string {
  const [, ...causes] = causesOf(thrown);
  return [String(thrown.message), ...causes.map((cause) => `caused by ${lineOf(cause)}`)].join('\n');
}

function stackOf(thrown: unknown): string {
  return types.isNativeError(thrown) ? String(thrown.stack ?? thrown) : lineOf(thrown);
}
