/** The socket of a broker. Takes the place of one that a broker left that is gone. */
import { existsSync, renameSync, rmSync, statSync } from 'node:fs';
import type { Server } from 'node:net';
import { noRoom } from '../folder/no-room';
import { requireSocketFolder, socketElsewhere, socketPath } from './protocol';

export interface Listening {
  /** New clients are refused from now on. They start the next broker. */
  refuse(): void;
  /** Removes the socket, which says that the store may be removed: call when nothing more is written to its folder. */
  leave(): void;
}

/** Listens in the store's folder. Where that takes no socket, as on a full disk, in the user's own folder of temporary files. */
export async function listen(server: Server, store: string): Promise<Listening> {
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

async function listenAt(server: Server, path: string): Promise<Listening> {
  if (process.platform === 'win32') {
    await listening(server, path);
    return { refuse: () => server.close(), leave() {} };
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
  return {
    refuse: () => server.close(),
    leave() {
      // It may be that of the next broker by now, also of a store that was made again.
      const now = statSync(path, { throwIfNoEntry: false });
      if (now?.ino === own.ino && now.dev === own.dev && now.ctimeMs === own.ctimeMs)
        rmSync(path, { force: true });
    },
  };
}

function listening(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => resolve());
  });
}
