/** What lies at a path. */
import { lstatSync, type Stats, statSync } from 'node:fs';

/** Undefined where nothing is there, also where what stands for a folder of the path is none. */
export const statAt = (path: string): Stats | undefined => unlessGone(() => statSync(path));

/** The same of a symbolic link itself. */
export const lstatAt = (path: string): Stats | undefined => unlessGone(() => lstatSync(path));

function unlessGone(look: () => Stats): Stats | undefined {
  try {
    return look();
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(code)) return undefined;
    throw error;
  }
}
