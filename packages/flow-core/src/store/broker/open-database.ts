/** Opens the database that a broker serves: makes room for it on a full disk, or opens it for reading where there is none. */
import { join } from 'node:path';
import { isFlowError } from '../../definition/errors';
import { noRoom } from '../folder/no-room';
import { LevelKv } from '../level/level';
import type { ViewKv } from './view';

export interface Opening {
  store: string;
  /** Where the command was started that needs the store: outputs in its workspace can be made again. */
  started?: string | undefined;
  /** Called now and then with what takes long. */
  tellNews?: ((news: string) => void) | undefined;
  /** How to open a database; a test gives one that fails. */
  lock?: typeof LevelKv.lock;
  /** Where to copy what is to be read. */
  places?: readonly string[];
}

export interface OpenedDatabase {
  kv: LevelKv | ViewKv;
  /** Why it can only be read. */
  onlyReading?: string;
  /** What was done on a full disk: `found no room on the disk of … and removed …`. */
  made?: string;
}

type Attempt = { kv: LevelKv; failure?: never } | { failure: NodeJS.ErrnoException };

/**
 * Resolves to `locked` when another process has it open.
 * @throws FlowError FLOW_STORE_CORRUPT, FLOW_STORE_FORMAT; LevelDB's own error when it cannot be opened
 */
export async function openDatabase(opening: Opening): Promise<OpenedDatabase | 'locked'> {
  const { store, tellNews, lock = LevelKv.lock } = opening;
  const folder = join(store, 'db');
  const attempt = async (): Promise<Attempt | 'locked'> => {
    try {
      return { kv: await lock(folder, tellNews) };
    } catch (error) {
      if (isFlowError(error)) throw error;
      const { cause } = error as { cause?: { code?: string } };
      if (cause?.code === 'LEVEL_LOCKED') return 'locked';
      return { failure: (cause ?? error) as NodeJS.ErrnoException };
    }
  };
  let found = await attempt();
  let made: string | undefined;
  if (found !== 'locked' && found.failure && noRoom(found.failure) !== undefined) {
    made = await madeRoom(opening);
    if (made !== undefined) found = await attempt();
  }
  if (found === 'locked') return found;
  const told = made === undefined ? {} : { made };
  if (!found.failure) return { kv: found.kv, ...told };
  const { failure } = found;
  if (noRoom(failure) === undefined && !isReadOnly(failure)) throw failure;
  const { refused, ViewKv } = await import('./view');
  const view = await ViewKv.open(store, opening.places);
  if (!view) {
    // Another process may have opened it while it was copied.
    const last = await attempt();
    if (last === 'locked') return last;
    if (last.failure) throw failure;
    return { kv: last.kv, ...told };
  }
  return { kv: view, onlyReading: refused(store, failure).message, ...told };
}

/** Makes room on the disk of a store. Returns what it did; undefined when nothing could be removed. */
export async function madeRoom({ store, started }: Opening): Promise<string | undefined> {
  const { makeRoom } = await import('../folder/make-room');
  const { findWorkspace } = await import('../../environment/workspace');
  const workspaces = started === undefined ? [] : [findWorkspace(started, started)];
  const done = makeRoom(store, { store, workspaces });
  return done && `found no room on the disk of ${store} and ${done}`;
}

/** LevelDB passes on only the message. */
function isReadOnly({ message, code }: NodeJS.ErrnoException): boolean {
  return code === 'EROFS' || /read-only file system$/i.test(message);
}
