/** Large values that a second store gets from a first one. */
import { linkSync } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { temporaryName } from '../../environment/temporary';
import { syncFolder } from '../folder/write-file';
import { type Cas, unreadable } from './cas';
import { OWNERS } from './cas-place';
import { place, renewed } from './place-file';
import { keepingVerified } from './verified';

/**
 * Gives `to` the bytes of `from` by their hash, as a hard link if possible.
 * @throws FlowError FLOW_STORE_CORRUPT when they are not those that were stored
 */
export async function shareBytes(hash: string, from: Cas, to: Cas): Promise<void> {
  if (!from.path || !to.path) {
    await to.write(from.read(hash));
    return;
  }
  const [source, target] = [from.file(hash), to.path(hash)];
  await mkdir(dirname(target), { recursive: true, mode: OWNERS });
  // They may lie there since long.
  if (await renewed(target)) return;
  try {
    keepingVerified(source, () => linkSync(source, target));
    await renewed(target);
    syncFolder(dirname(target));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && (await renewed(target))) return;
    if (code === 'ENOENT') throw unreadable(source, error);
    // It is another file system, or one without hard links.
    const temporary = join(dirname(dirname(target)), temporaryName());
    await copyFile(source, temporary);
    await place(temporary, target);
    syncFolder(dirname(target));
  }
}
