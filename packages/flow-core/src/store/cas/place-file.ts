/** Files that are complete are moved into place, and count as new from then on. */
import { statSync, utimesSync } from 'node:fs';
import { access, rename, rm } from 'node:fs/promises';
import { keepingVerified } from './verified';

/** A file that is not older is new enough. Milliseconds. */
const FRESH_MS = 30 * 60 * 1000;

/** Sets the time of a file to now, unless it is as good as that. Returns false where there is none. */
export async function renewed(path: string): Promise<boolean> {
  const now = Date.now();
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) return false;
  if (found.mtimeMs <= now && now - found.mtimeMs < FRESH_MS) return true;
  try {
    keepingVerified(path, () => utimesSync(path, now / 1000, now / 1000));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

/** Moves the file into place as a new one, also over an existing one, which may have been changed since. */
export async function place(temporary: string, path: string): Promise<void> {
  try {
    await renewed(temporary);
    await rename(temporary, path);
  } catch (error) {
    // Windows does not replace a file that is being read.
    const { code = '' } = error as NodeJS.ErrnoException;
    if (!['EPERM', 'EACCES', 'EBUSY'].includes(code)) throw error;
    await access(path);
    await renewed(path);
    await rm(temporary);
  }
}
