/** Recognises a write that failed for lack of disk space, and reports it in one sentence. */

import { existsSync, lstatSync, readdirSync, statfsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { FlowError } from '../../definition/errors';
import { thousands } from '../../definition/thousands';

/** The system's messages of ENOSPC, EDQUOT and EFBIG: LevelDB passes on only the message. */
const WORDS = {
  ENOSPC: /(no space left on device|not enough space on the disk)\.?$/i,
  EDQUOT: /disk quota exceeded\.?$/i,
  EFBIG: /file too large\.?$/i,
};

/** The system's code. Undefined when the error is about something else. */
export function noRoom({ message, code = '' }: { message: string; code?: string }): string | undefined {
  if (Object.hasOwn(WORDS, code)) return code;
  // Only for LevelDB's IO errors: other messages may end with a name that a user chose.
  if (!/IO.error/i.test(code || message)) return undefined;
  return Object.entries(WORDS).find(([, words]) => words.test(message))?.[0];
}

/** The error of a write to a store's folder that the system refused: FLOW_STORE_FULL, or FLOW_STORE_FAILED with the system's code. */
export function notWritten(store: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  const reason = noRoom(error as NodeJS.ErrnoException);
  if (reason !== undefined) return storeFull(store, reason, error);
  if (!/^E[A-Z]+$/.test(code ?? '')) return error;
  return new FlowError(
    'FLOW_STORE_FAILED',
    `The store ${store} could not write a value (${code}): see that its disk is sound and can be written, and do it again. What was recorded before is kept.`,
    { exit: 1, cause: error },
  );
}

/** What every command does then. */
export const AGAIN = ' and do it again. What was recorded before is kept.';

/** @param reason the result of {@link noRoom} */
export function storeFull(store: string, reason: string, cause?: unknown): FlowError {
  return new FlowError(
    'FLOW_STORE_FULL',
    `The store ${store} has no room for more (${reason}): ${lackOfRoom(store, reason, neededRoom(store)) || lackOfRoom(store, reason)}make room on its disk${AGAIN}`,
    { exit: 1, cause },
  );
}

/** What a database takes in any case: its messages, a manifest, a log. Bytes. */
export const LEAST_ROOM = 1024 * 1024;

/** Bytes that opening the database of a store takes: it writes its log as a table, and begins a new one. */
export function neededRoom(store: string): number {
  try {
    const db = join(store, 'db');
    const logs = readdirSync(db).filter((name) => /\.log$|^MANIFEST-/.test(name));
    return logs.reduce((sum, name) => sum + 2 * lstatSync(join(db, name)).size, LEAST_ROOM);
  } catch {
    return LEAST_ROOM;
  }
}

/**
 * `12 KB are free and at least 1,024 KB are needed, so `: the beginning of what to do. Empty where the system does not say so, as of a quota.
 * @param needed bytes, where that is known
 */
export function lackOfRoom(folder: string, reason: string, needed?: number): string {
  if (reason !== 'ENOSPC') return '';
  try {
    const { bavail, bsize, ffree, files } = statfsSync(existsSync(folder) ? folder : dirname(folder));
    if (files > 0 && ffree === 0) return 'its disk takes no more files, so ';
    const free = bavail * bsize;
    if (needed === undefined) return `${kb(free)} are free, so `;
    return free < needed ? `${kb(free)} are free and at least ${kb(needed)} are needed, so ` : '';
  } catch {
    return '';
  }
}

/**
 * Call before something that takes much room.
 * @param needed bytes
 * @param why begins the sentence: `a repair writes the database anew`
 * @throws FlowError FLOW_STORE_FULL
 */
export function requireRoom(store: string, needed: number, why: string): void {
  const lack = lackOfRoom(store, 'ENOSPC', needed);
  if (lack === '') return;
  throw new FlowError(
    'FLOW_STORE_FULL',
    `There is no room beside the store ${store}, where ${why}: ${lack}make room on its disk and do it again. Nothing was changed.`,
    { exit: 1 },
  );
}

const kb = (bytes: number) => `${thousands(Math.ceil(bytes / 1024))} KB`;
