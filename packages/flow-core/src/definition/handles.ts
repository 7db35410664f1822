/** A process that gets no more open files: its limit is the user's to raise. */
import { FlowError, isFlowError } from './errors';

/** FLOW_HANDLES for an error of that kind, and else the error itself. */
export function withoutHandles(error: unknown): unknown {
  const { code } = (error ?? {}) as NodeJS.ErrnoException;
  if (isFlowError(error) || (code !== 'EMFILE' && code !== 'ENFILE')) return error;
  return noHandles(`The system gives this process no more open files (${code})`, error);
}

/** Node itself ends in the midst of its work where it gets none; so much is enough for a command with some workers. */
const LEAST = 64;

/** @param most how many files this process may open, where that is known @throws FlowError FLOW_HANDLES */
export function requireHandles(most: number | undefined): void {
  if (most === undefined || most >= LEAST) return;
  throw noHandles(`This process may open ${most} files at once, and needs at least ${LEAST}`);
}

function noHandles(why: string, cause?: unknown): FlowError {
  const message = `${why}: raise the limit, as by ulimit -n 1024, and do it again. What was recorded before is kept.`;
  return new FlowError('FLOW_HANDLES', message, { exit: 1, cause });
}
