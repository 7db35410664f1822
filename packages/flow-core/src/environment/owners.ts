/** Whose a folder is: one that another user owns, or that everybody can write, is never taken as the workspace. */
import { type Stats, statfsSync, statSync } from 'node:fs';
import { delimiter, dirname, resolve, sep } from 'node:path';
import { realPath } from './real-path';

/**
 * File systems that show one owner and one mode for all files, whoever made them: FAT, exFAT, NTFS, FUSE (virtiofs and
 * the shared folders of Docker Desktop too), 9p (WSL), drvfs, CIFS, SMB2, the shared folders of VirtualBox and
 * Parallels. The numbers are `f_type` of statfs(2).
 */
const WITHOUT_OWNERS = new Set([
  ...[0x4d44, 0x2011bab0, 0x5346544e, 0x7366746e, 0x65735546, 0x01021997, 0x53464846],
  ...[0xff534d42, 0xfe534d42, 0x786f4256, 0x7c7c6673],
]);

/**
 * Why a folder must not be taken as the workspace, as `user 1234 owns it`. Returns undefined for a folder that may.
 * The folder in which the command was started may always, and what NX_FLOW_SAFE names. Bits of the group do not count.
 * @param started the folder in which the command was started
 */
export function whyUnsafe(folder: string, started: string): string | undefined {
  // Windows has no such owners.
  if (process.geteuid === undefined || folder === started) return undefined;
  const found = statSync(folder, { throwIfNoEntry: false });
  if (!found) return undefined;
  const foreign = isForeign(found);
  if (!foreign && (found.mode & 0o002) === 0) return undefined;
  if (isNamedSafe(folder, started) || hasNoOwners(folder, found, started)) return undefined;
  return foreign ? `user ${found.uid} owns it` : 'everybody can write it';
}

/** Whether another user owns it. Under sudo, what belongs to the user who typed the command is not foreign. */
export function isForeign({ uid }: Pick<Stats, 'uid'>): boolean {
  const me = process.geteuid?.();
  if (me === undefined || uid === me) return false;
  return !(me === 0 && String(uid) === process.env.SUDO_UID);
}

/** Whether everybody can write the folder, so that what lies in it may be anybody's. */
export function isShared(folder: string): boolean {
  if (process.geteuid === undefined) return false;
  const found = statSync(folder, { throwIfNoEntry: false });
  return found !== undefined && (found.mode & 0o002) !== 0 && !knowsNoOwners(folder);
}

/** Whether NX_FLOW_SAFE names the folder or one above it; `*` names all. */
function isNamedSafe(folder: string, started: string): boolean {
  const safe = process.env.NX_FLOW_SAFE;
  if (!safe) return false;
  const real = realPath(folder);
  return safe.split(delimiter).some((entry) => {
    if (entry === '') return false;
    if (entry === '*') return true;
    const named = realPath(resolve(started, entry.replace(/[\\/]\*$/, '')));
    return real === named || real.startsWith(named.endsWith(sep) ? named : named + sep);
  });
}

/**
 * Whether the folder is on a mount whose owners say nothing: the file system knows none, or every folder from the root
 * of the mount to the started one has the same foreign owner, as in a container whose mount keeps the numbers of its
 * host.
 */
function hasNoOwners(folder: string, found: Stats, started: string): boolean {
  if (knowsNoOwners(folder)) return true;
  if ((found.mode & 0o002) !== 0 || !`${started}${sep}`.startsWith(`${folder}${sep}`)) return false;
  for (let at = started; ; at = dirname(at)) {
    const { uid, dev } = statSync(at, { throwIfNoEntry: false }) ?? {};
    // One folder above the root of the mount: all in it had that owner.
    if (dev !== found.dev) return at !== started;
    if (uid !== found.uid || dirname(at) === at) return false;
  }
}

function knowsNoOwners(folder: string): boolean {
  try {
    return WITHOUT_OWNERS.has(statfsSync(folder).type);
  } catch {
    // It cannot be asked: its owners count.
    return false;
  }
}
