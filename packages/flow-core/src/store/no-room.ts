/** Recognises a write that failed for lack of disk space, and reports it in one sentence. */
import { FlowError } from '../definition/errors';

/** The system's messages of ENOSPC, EDQUOT and EFBIG: LevelDB passes on only the message. */
const WORDS =
  /(no space left on device|disk quota exceeded|file too large|not enough space on the disk)\.?$/i;
const CODES = ['ENOSPC', 'EDQUOT', 'EFBIG'];

/** The system's own reason. Undefined when the error is about something else. */
export function noRoom({ message, code = '' }: { message: string; code?: string }): string | undefined {
  if (CODES.includes(code)) return code;
  // Only for LevelDB's IO errors: other messages may end with a name that a user chose.
  return /IO.error/i.test(code || message) ? WORDS.exec(message)?.[1] : undefined;
}

/** Turns an error about disk space into FLOW_STORE_FULL. Returns every other error unchanged. */
export function orFull(store: string, error: unknown): unknown {
  const reason = noRoom(error as NodeJS.ErrnoException);
  return reason === undefined ? error : storeFull(store, reason, error);
}

/** @param reason the result of {@link noRoom} */
export function storeFull(store: string, reason: string, cause?: unknown): FlowError {
  return new FlowError(
    'FLOW_STORE_FULL',
    `The store ${store} has no room for more (${reason}): make room on its disk and do it again. What was recorded before is kept.`,
    { exit: 1, cause },
  );
}
