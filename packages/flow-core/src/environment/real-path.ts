/** A path without links. */
import { realpathSync } from 'node:fs';

/** Returns the path itself when nothing is there. */
export function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
