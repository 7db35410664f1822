/** Removes the sockets that killed brokers left in the user's own folder of temporary files. Those in a store go with its next broker. */
import { lstatSync, readdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isPrivate, privateFolder } from '../../environment/private-folder';

/** As `socketElsewhere` names them, and while they are made. */
const SOCKET = /^[0-9a-f]{24}\.sock~?$/;

/** A broker may be about to listen on a new one. Milliseconds. */
const NEW_MS = 60 * 1000;

/** @param temporary folders of temporary files */
export async function sweepSockets(temporary: readonly string[] = [tmpdir(), '/tmp']): Promise<void> {
  try {
    for (const folder of new Set(temporary.map(privateFolder)))
      for (const path of oldSockets(folder)) if (await isDead(path)) rmSync(path, { force: true });
  } catch {
    // The next one sweeps them; and not all may be this process's, which may have become another user's.
  }
}

function oldSockets(folder: string): string[] {
  if (process.platform === 'win32' || !isPrivate(folder)) return [];
  const paths = readdirSync(folder).filter((name) => SOCKET.test(name));
  return paths.map((name) => join(folder, name)).filter(isOld);
}

function isOld(path: string): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found?.isSocket() === true && Date.now() - found.ctimeMs > NEW_MS;
}

/** Whether nobody listens there. */
function isDead(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(false);
    });
    socket.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code === 'ECONNREFUSED'));
  });
}
