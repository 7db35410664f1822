/** Makes a store's folder, or says in one sentence why it cannot be written. */
import { accessSync, constants, existsSync } from 'node:fs';
import { join } from 'node:path';
import { FlowError } from '../../definition/errors';
import { makeFolder } from '../../environment/make-folder';
import { noRoom, storeFull } from './no-room';
import { giveToParent } from './owner';

/** @throws FlowError FLOW_STORE_UNWRITABLE, FLOW_STORE_FULL */
export function requireWritable(store: string): void {
  try {
    const isNew = !existsSync(store);
    makeFolder(store);
    if (isNew) giveToParent(store);
    accessSync(store, constants.W_OK);
  } catch (cause) {
    const reason = noRoom(cause as NodeJS.ErrnoException);
    if (reason) throw storeFull(store, reason, cause);
    // The broker reads a copy of it.
    if ((cause as NodeJS.ErrnoException).code === 'EROFS' && existsSync(join(store, 'db'))) return;
    throw unwritableStore(store, (cause as NodeJS.ErrnoException).code, cause);
  }
}

export function unwritableStore(store: string, code: string | undefined, cause?: unknown): FlowError {
  // LevelDB takes its lock by writing, so reading needs a writable folder too.
  const message =
    code !== 'EROFS' && existsSync(join(store, 'db'))
      ? `The store's folder ${store} cannot be written (${code}), and reading needs that too: make it writable, or copy it to where you can write and name the copy by --store=<folder> or NX_FLOW_STORE.`
      : `The store's folder ${store} cannot be written (${code}): make it writable, or choose another by --store=<folder> or NX_FLOW_STORE.`;
  return new FlowError('FLOW_STORE_UNWRITABLE', message, { cause });
}
