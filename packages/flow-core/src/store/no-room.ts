/** Recognises that there was no room for a write, and says so in one sentence, whoever met it. */
import { FlowError } from '../definition/errors';

/** ENOSPC, EDQUOT and EFBIG as the system words them: LevelDB passes on its words alone. */
const WORDS =
  /(no space left on device|disk quota exceeded|file too large|not enough space on the disk)\.?$/i;
const CODES = ['ENOSPC', 'EDQUOT', 'EFBIG'];

/** The system's own reason; undefined where an error is about something else. */
export function noRoom({ message, code = '' }: { message: string; code?: string }): string | undefined {
  if (CODES.includes(code)) return code;
  // Only what LevelDB calls an IO error: other messages may end with a name that a user chose.
  return /IO.error/i.test(code || message) ? WORDS.exec(message)?.[1] : undefined;
}

/** FLOW_STORE_FULL where an error is about room; every other error as it is. */
export function orFull(store: string, error: unknown): unknown {
  const reason = noRoom(error as NodeJS.ErrnoException);
  return reason === undefined ? error : storeFull(store, reason, error);
}

/** @param reason what {@link noRoom} gave */
export function storeFull(store: string, reason: string, cause?: unknown): FlowError {
  return new FlowError(
    'FLOW_STORE_FULL',
    `The store ${store} has no room for more (${reason}): make room on its disk and do it again. What was recorded before is kept.`,
    { exit: 1, cause },
  );
}
