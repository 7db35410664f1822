/**
 * A copy of a store's database to read from, elsewhere: on a full disk LevelDB cannot even open it. Tables never change, and so
 * they are linked; the log and what says which tables there are is copied.
 */
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { makePrivateTemporary } from '../../environment/private-temporary';
import { copyLooks } from '../level/known-tables';

/** Where there may be room. */
export const PLACES: readonly string[] = [tmpdir(), '/tmp', '/dev/shm'];

/** The database of a view is in `db` below it. Removed by {@link removeView}; one of a process that is gone, by the next view. */
export function makeView(store: string, place: string): string {
  const view = makePrivateTemporary(place);
  try {
    mkdirSync(join(view, 'db'), { mode: 0o700 });
    copyDatabase(join(store, 'db'), join(view, 'db'));
    copyLooks(store, view, nameOf);
    const damage = join(store, 'damage.json');
    if (existsSync(damage)) copyFileSync(damage, join(view, 'damage.json'));
    return view;
  } catch (error) {
    removeView(view);
    throw error;
  }
}

export function removeView(view: string): void {
  try {
    rmSync(view, { recursive: true, force: true });
  } catch {
    // The next one sweeps it.
  }
}

/** Changes each time that a process opens the database to write. Undefined where there is no database yet. */
export function stateOf(store: string): string | undefined {
  try {
    return readFileSync(join(store, 'db', 'CURRENT'), 'latin1');
  } catch {
    return undefined;
  }
}

function copyDatabase(from: string, to: string): void {
  if (!existsSync(from)) return;
  const current = readdirSync(from);
  const manifest = current.includes('CURRENT') ? readFileSync(join(from, 'CURRENT'), 'latin1').trim() : '';
  for (const name of current) {
    const file = join(from, name);
    if (/\.(ldb|sst)$/.test(name)) link(file, to);
    else if (name === manifest || /^CURRENT$|^nx-flow\.json$|\.log$/.test(name))
      copyFileSync(file, join(to, name));
  }
}

/** By the ending that LevelDB still reads but never writes: it must never write through a link. */
const nameOf = (table: string) => `${basename(table).replace(/\.\w+$/, '')}.sst`;

function link(table: string, to: string): void {
  const path = join(to, nameOf(table));
  try {
    symlinkSync(table, path);
  } catch {
    // Windows wants a right for it.
    copyFileSync(table, path);
  }
}
