/** Whether a path lies below a folder, wherever links lead. */
import { realpathSync } from 'node:fs';
import { isAbsolute, relative, sep } from 'node:path';

/** False for what is not there. */
export function isInside(folder: string, path: string): boolean {
  try {
    const below = relative(realpathSync(folder), realpathSync(path));
    return below !== '' && !isAbsolute(below) && below.split(sep)[0] !== '..';
  } catch {
    return false;
  }
}
