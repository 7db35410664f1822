/**
 * Root in another user's store, as in a container whose mount keeps the numbers of its host: what root makes there is the owner's, so
 * that nobody is locked out. What root left there before can be given back.
 */
import {
  chownSync,
  closeSync,
  lchownSync,
  lstatSync,
  openSync,
  readdirSync,
  type Stats,
  statSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

type Owner = Pick<Stats, 'uid' | 'gid'>;

/** Who owns a folder that this process, as root, does not own. */
export function otherOwner(folder: string): Owner | undefined {
  if (process.geteuid?.() !== 0) return undefined;
  const found = statSync(folder, { throwIfNoEntry: false });
  return found && found.uid !== 0 ? found : undefined;
}

/** Gives what root has just made to the owner of a folder, which is no one else. */
export function giveTo(folder: string, made: string | undefined): void {
  const owner = made === undefined ? undefined : otherOwner(folder);
  if (made === undefined || !owner) return;
  try {
    chownSync(made, owner.uid, owner.gid);
  } catch {
    // A root that may not do that, as on a network's disk.
  }
}

/** Goes on as the owner of the store. @param program a file that must be readable then */
export function becomeOwner(store: string, program: string): void {
  const owner = otherOwner(store);
  if (!owner) return;
  try {
    giveBack(store, owner);
    process.setegid?.(owner.gid);
    process.seteuid?.(owner.uid);
    closeSync(openSync(program, 'r'));
    readdirSync(store);
  } catch {
    // The owner cannot execute what root does, or not come to the store's folder, or root may not become another user.
    process.seteuid?.(0);
    process.setegid?.(0);
  }
}

/** Gives root's files in the store and in its database to the owner. Not those with another name: that may be any file of root. */
export function giveBack(store: string, owner = otherOwner(store)): void {
  if (!owner) return;
  for (const path of pathsOf(store)) {
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (found?.uid === 0 && (found.isDirectory() || found.nlink === 1))
      lchownSync(path, owner.uid, owner.gid);
  }
}

/** What keeps this user out: a sentence that names whose it is, and what to do. Undefined where all is this user's. */
export function whoseStore(store: string): string | undefined {
  const me = process.geteuid?.();
  if (me === undefined) return undefined;
  for (const path of [store, ...pathsOf(store)]) {
    const uid = lstatSync(path, { throwIfNoEntry: false })?.uid;
    if (uid !== undefined && uid !== me)
      return `User ${uid}${uid === 0 ? ' (root)' : ''} owns ${path}: give the store to yourself by sudo chown -R ${me} ${store}, or do it as that user.`;
  }
  return undefined;
}

function pathsOf(store: string): string[] {
  return [store, join(store, 'db'), join(store, 'cas')].flatMap((folder) => {
    try {
      return readdirSync(folder).map((name) => join(folder, name));
    } catch {
      return [];
    }
  });
}

/** The folder that a store is in, where root makes one. */
export const giveToParent = (store: string) => giveTo(dirname(store), store);
