/** Files that are complete are moved into place, and count as new from then on. */
import { access, rename, rm, utimes } from 'node:fs/promises';

/** Sets the time of a file to now. Returns false where there is none. */
export async function renewed(path: string): Promise<boolean> {
  const now = new Date();
  try {
    await utimes(path, now, now);
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
