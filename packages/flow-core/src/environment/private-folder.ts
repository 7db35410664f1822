/** A folder among those of temporary files that one user alone can enter. */
import { lstatSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from './make-folder';

/** Where sockets, views of stores and compiled code lie: a folder for each user. It may not be there yet. */
export const privateFolder = (temporary: string) => join(temporary, `nx-flow-${process.getuid?.() ?? 0}`);

/** Creates a folder that only this user can enter. @throws when it is another one's, or open to others */
export function requirePrivate(folder: string): void {
  makeFolder(folder);
  if (!isPrivate(folder)) throw new Error(`${folder} must be a folder that only you can enter; remove it`);
}

/** Returns false also where nothing is, or where nobody may look. Windows knows no such modes: a user's temporary files are the user's own. */
export function isPrivate(folder: string): boolean {
  let found: Stats;
  try {
    found = lstatSync(folder);
  } catch {
    return false;
  }
  if (!found.isDirectory()) return false;
  return process.getuid === undefined || (found.uid === process.getuid() && (found.mode & 0o077) === 0);
}
