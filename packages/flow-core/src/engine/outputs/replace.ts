/** Puts a finished folder in the place of an older one. */
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** How often a folder that another spin has just put in place is replaced again. */
const ATTEMPTS = 20;

/** Puts a folder in the place of another, whole. */
export async function replaceFolder(draft: string, folder: string): Promise<void> {
  mkdirSync(dirname(folder), { recursive: true });
  const before: string[] = [];
  for (let attempt = 1; ; attempt++) {
    // Put aside, not removed: of many splits, that would take long.
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
  await Promise.all(before.map((aside) => rm(aside, { recursive: true, force: true })));
}

/** Removes what is not finished. What cannot be removed stays: no error hides the one that led here. */
export function discardFolder(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch {}
}
