/** Finds why a path cannot be written, and what to do about it. */
import { accessSync, constants, lstatSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** The errno code that creating this folder or files in it would give. Undefined when it would work. */
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

/** What to do about a path that the file system refused with this code, as the end of a sentence, if known. */
export function remedy(code: string | undefined, path: string): string | undefined {
  const at = nearest(path);
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
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

/** The path itself or its nearest existing ancestor. A broken link counts as existing. */
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
