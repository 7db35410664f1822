/** Replaces a folder by a finished one. */
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';

/** How often to try again when another spin has just created the folder. */
const ATTEMPTS = 20;

/** Replaces the folder in one piece. Returns when the old one is deleted: nothing else is to be done meanwhile. */
export function replaceFolder(draft: string, folder: string): void {
  mkdirSync(dirname(folder), { recursive: true });
  const before: string[] = [];
  for (let attempt = 1; ; attempt++) {
    // The old folder is renamed, not deleted: deleting many splits takes long.
    const aside = `${draft}-${attempt}`;
    try {
      renameSync(folder, aside);
      before.push(aside);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ENOENT') rmSync(folder, { recursive: true, force: true });
    }
    try {
      renameSync(draft, folder);
      break;
    } catch (error) {
      const again = ['ENOTEMPTY', 'EEXIST', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '');
      if (!again || attempt === ATTEMPTS) throw error;
    }
  }
  for (const aside of before) rmSync(aside, { recursive: true, force: true });
}

/** Deletes an unfinished folder. Errors are ignored, since they would hide the one that led here. */
export function discardFolder(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch {}
}
