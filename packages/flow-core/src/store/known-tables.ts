/**
 * The tables of a database that were looked at, and are whole, in a file beside it. LevelDB looks at no checksum when it reads: with a
 * flipped bit in a filter, an index or a key, it finds nothing, or an older value; it merges damaged tables with others, or ends its
 * process. So it gets no table that nobody has looked at since it was written.
 */
import { lstatSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FlowError } from '../definition/errors';

const FILE = 'tables.json';

/** How long a look is good for: a disk may forget what it has. Milliseconds. */
const GOOD_MS = 24 * 60 * 60 * 1000;

/** How long to look at tables when a database is left; the next start looks at the others. Milliseconds. */
const AT_THE_END_MS = 200;

/** Of a file: whoever writes to it changes the time. `at` is when it was looked at. Milliseconds since 1970. */
type Look = [size: number, inode: number, changed: number, at: number];

/**
 * Call before LevelDB opens a database.
 * @param folder the database's
 * @throws FlowError FLOW_STORE_CORRUPT where a table is damaged; then nothing is changed
 */
export async function requireWholeTables(store: string, folder: string): Promise<void> {
  const { known, unknown } = tablesOf(store, folder);
  if (unknown.length === 0) return;
  const { damageOfTable } = await import('./salvage/damaged-tables');
  for (const [name] of unknown) {
    const damage = damageOfTable(folder, name);
    if (damage !== undefined) throw damagedTable(folder, name, damage);
  }
  note(store, [...known, ...unknown]);
}

/** Call when a database was closed: nobody waits for it then. */
export async function lookAtTables(store: string, folder: string): Promise<void> {
  const { known, unknown } = tablesOf(store, folder);
  const isOld = ([, [, , , at]]: [string, Look]) => Date.now() - at > GOOD_MS;
  const whole = known.filter((one) => !isOld(one));
  const rest = [...unknown, ...known.filter(isOld)];
  if (rest.length === 0) return;
  const { damageOfTable } = await import('./salvage/damaged-tables');
  const until = performance.now() + AT_THE_END_MS;
  for (const [name, [size, inode, changed]] of rest)
    if (performance.now() < until && damageOfTable(folder, name) === undefined)
      whole.push([name, [size, inode, changed, Date.now()]]);
  note(store, whole);
}

/** Without room, they are looked at again. */
function note(store: string, whole: [string, Look][]): void {
  try {
    writeFileSync(join(store, FILE), JSON.stringify(Object.fromEntries(whole)), { mode: 0o600 });
  } catch {}
}

function tablesOf(store: string, folder: string): Record<'known' | 'unknown', [string, Look][]> {
  const looks = readLooks(store);
  const known: [string, Look][] = [];
  const unknown: [string, Look][] = [];
  for (const name of namesIn(folder)) {
    const found = lstatSync(join(folder, name), { throwIfNoEntry: false });
    if (!found) continue;
    const now: Look = [found.size, found.ino, found.ctimeMs, Date.now()];
    const look = looks[name];
    const isKnown = Array.isArray(look) && [0, 1, 2].every((i) => look[i] === now[i]);
    if (isKnown) known.push([name, look]);
    else unknown.push([name, now]);
  }
  return { known, unknown };
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => /^\d+\.(ldb|sst)$/.test(name));
  } catch {
    return [];
  }
}

function readLooks(store: string): Record<string, Look> {
  try {
    return Object(JSON.parse(readFileSync(join(store, FILE), 'utf8')));
  } catch {
    return {};
  }
}

function damagedTable(folder: string, name: string, damage: string): FlowError {
  return new FlowError(
    'FLOW_STORE_CORRUPT',
    `The database ${folder} is damaged: ${damage} of its table ${name} is not as it was written. Nothing was changed: salvage what is whole by nx-flow verify --repair, or restore the store from a copy.`,
    { exit: 1 },
  );
}
