/** Temporary folders that one user alone can enter: what processes that are gone left of them is removed. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { privateFolder, requirePrivate } from './private-folder';
import { sweepTemporary, temporaryName } from './temporary';

/**
 * Makes one for this process.
 * @param place a folder of temporary files
 * @throws when this user's folder there is another one's, or open to others
 */
export function makePrivateTemporary(place: string): string {
  const own = privateFolder(place);
  requirePrivate(own);
  sweepTemporary(own);
  const folder = join(own, temporaryName());
  mkdirSync(folder, { mode: 0o700 });
  return folder;
}

/** Removes what is left there of processes that are gone. */
export function sweepPrivateTemporary(place: string): void {
  sweepTemporary(privateFolder(place));
}
