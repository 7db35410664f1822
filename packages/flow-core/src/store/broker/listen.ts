/** The socket of a broker. Takes the place of one that a broker left that is gone. */
import { existsSync, renameSync, rmSync, statSync } from 'node:fs';
import type { Server } from 'node:net';
import { noRoom } from '../folder/no-room';
import { requireSocketFolder, socketElsewhere, socketPath } from './protocol';

/**
 * Listens in the store's folder. Where that takes no socket, as on a full disk, in the user's own folder of temporary files.
 * @returns a function that stops listening
 */
export async function listen(server: Server, store: string): Promise<() => void> {
  const path = socketPath(store);
  requireSocketFolder(path, store);
  try {
    return await listenAt(server, path);
  } catch (error) {
    const elsewhere = socketElsewhere(store);
    const { code } = error as NodeJS.ErrnoException;
    const unwritable = noRoom(error as Error) !== undefined || code === 'EROFS';
    if (!unwritable || elsewhere === path || elsewhere === undefined) throw error;
    requireSocketFolder(elsewhere, store);
    return await listenAt(server, elsewhere);
  }
}

/** @returns a function that stops listening */
async function listenAt(server: Server, path: string): Promise<() => void> {
  if (process.platform === 'win32') {
    await listening(server, path);
    return () => server.close();
  }
  // On close, the server deletes this path, even if it is another broker's by then. So it is not the real one.
  const beside = `${path}~`;
  if (existsSync(beside)) rmSync(beside, { force: true });
  await listening(server, beside);
  try {
    renameSync(beside, path);
  } catch (error) {
    // It may listen elsewhere.
    await new Promise((resolve) => server.close(resolve));
    throw error;
  }
  const own = statSync(path);
  return () => {
    server.close();
    // After the store was deleted and created again, another broker's socket may be here.
    const now = statSync(path, { throwIfNoEntry: false });
    if (now?.ino === own.ino && now.dev === own.dev) rmSync(path, { force: true });
  };
}

function listening(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => resolve());
  });
}
