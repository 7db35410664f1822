/** The call by which a step tries to end a process: what is said of it, and where it stands. */
import { relative } from 'node:path';
import { FlowError, isFlowError } from '../../definition/errors';
import { framesOutside, placeOfUser } from '../../source/user-place';

const LEFT = 'FLOW_STEP_EXITED';
/** What to do instead. To code that goes on after its step, it says nothing. */
const INSTEAD = ' Throw an error to fail, return to end.';

/** Frames of the engine and of packages may stand between the call and the user's code. */
const FRAMES = 50;

/**
 * The error of a step that tries to end a process that is not its own. Its stack has the user's frames alone.
 * @param how as it would be written: `process.exit(0)`
 */
export function leftError(how: string): FlowError {
  const error = deep(() => new FlowError(LEFT, `The step called ${how}.${INSTEAD}`, { exit: 1 }));
  const frames = framesIn(error);
  // Without a frame of its own, it is shown with the line of its step.
  const stack = frames.length === 0 ? undefined : [`${error.name}: ${error.message}`, ...frames].join('\n');
  Object.defineProperty(error, 'stack', { ...PROPERTY, value: stack });
  return error;
}

/** The error of a process that died. @param exitStack the stack of the call by which its step ended it, if it did */
export function diedError(message: string, exitStack: string | undefined): FlowError {
  const error = new FlowError('FLOW_WORKER_DIED', message, { exit: 1 });
  const frames = exitStack?.slice(exitStack.search(/^ +at /m));
  const stack = frames === undefined ? undefined : `${error.name}: ${message}\n${frames}`;
  if (stack !== undefined) Object.defineProperty(error, 'stack', { ...PROPERTY, value: stack });
  return error;
}

const PROPERTY = { configurable: true, writable: true };

/** What is said of an error that is thrown when its step has ended, on one line; undefined for other errors. */
export function lateLeaving(error: unknown): string | undefined {
  if (!isFlowError(error) || error.code !== LEFT) return undefined;
  const place = placeOfUser(error);
  const at = place === undefined ? '' : ` at ${shortPlace(place)}`;
  return `${LEFT}: ${error.message.replace(`.${INSTEAD}`, '')}${at}`;
}

/** Whether a call sends a signal to more than this process: whoever started it is in the same group. */
export function reachesOthers(call: string): boolean {
  return /^process\.kill\((0|-)/.test(call);
}

/** An error with more frames than usual. */
function deep(make: () => FlowError): FlowError {
  const limit = Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit');
  const changed = Reflect.defineProperty(Error, 'stackTraceLimit', { ...limit, value: FRAMES });
  const error = make();
  if (changed && limit) Reflect.defineProperty(Error, 'stackTraceLimit', limit);
  return error;
}

function framesIn(error: Error): string[] {
  try {
    return framesOutside(error.stack ?? '');
  } catch {
    // The step has replaced what renders a stack.
    return [];
  }
}

function shortPlace(place: string): string {
  const path = relative(process.cwd(), place);
  return path.startsWith('..') ? place : path;
}
