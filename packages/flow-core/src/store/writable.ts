/** Why a path cannot be written, and what to do about it. */
import { accessSync, constants, lstatSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** The errno code that making this folder, or files in it, would meet; undefined where nothing is in the way. */
export function unwritable(folder: string): string | undefined {
  const at = nearest(folder);
  if (!isFolder(at)) return 'ENOTDIR';
  try {
    accessSync(at, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  }
}

/** What to do where the file system refuses a path with this code, as the end of a sentence; undefined where it is no question of that. */
export function remedy(code: string | undefined, path: string): string | undefined {
  const at = nearest(path);
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return 'make room on its disk';
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return `make ${at} writable`;
    case 'ENOTDIR':
    case 'EEXIST':
    case 'ENOENT':
      return isFolder(at) ? undefined : `remove or rename ${at}, which is not a folder`;
    default:
      return undefined;
  }
}

/** The path itself, or the nearest above it where something lies: a link that leads nowhere, too. */
function nearest(path: string): string {
  try {
    lstatSync(path);
    return path;
  } catch {
    const above = dirname(path);
    return above === path ? path : nearest(above);
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
