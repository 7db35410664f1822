/**
 * The tables of a database that were looked at, and are whole, in a file beside it. LevelDB looks at no checksum when it reads: with a
 * flipped bit in a filter, an index or a key, it finds nothing, or an older value; it merges damaged tables with others, or ends its
 * process. So it gets no table that nobody has looked at since it was written.
 */

import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { FlowError } from '../../definition/errors';
import { thousands } from '../../definition/thousands';
import { temporaryName } from '../../environment/temporary';

const FILE = 'tables.json';

/**
 * How long a look is good for: a disk may forget what it has, and that changes no time of a file. Looks cost 4 ms a megabyte, and nobody
 * waits for them. Milliseconds.
 */
const GOOD_MS = 60 * 60 * 1000;

/** How long to look at tables when a database is left; the next start looks at those that nobody has looked at yet. Milliseconds. */
const AT_THE_END_MS = 200;

/** Fewer bytes are read in less time than LevelDB's lock takes. */
const MUCH = 8 * 1024 * 1024;

/** How often to tell how far it came. Milliseconds. */
const NEWS_MS = 500;

/** Of a file: whoever writes to it changes the time. `at` is when it was looked at. Milliseconds since 1970. */
type Look = [size: number, inode: number, changed: number, at: number];

/**
 * Call before LevelDB opens a database. Where there is much to look at, others are kept from it meanwhile.
 * @param folder the database's
 * @param tell called now and then with how far it came
 * @throws FlowError FLOW_STORE_CORRUPT where a table is damaged; then nothing is changed. LevelDB's error where another process has the
 * database open
 */
export async function requireWholeTables(
  store: string,
  folder: string,
  tell: (news: string) => void = () => {},
): Promise<void> {
  const { unknown } = tablesOf(store, folder);
  const bytes = unknown.reduce((sum, [, [size]]) => sum + size, 0);
  if (bytes < MUCH) return look(store, folder, tell);
  const { holdDatabase } = await import('../salvage/hold-database');
  const beside = join(store, temporaryName());
  // On a full disk, or one that cannot be written, each looks for itself.
  const letGo = await holdDatabase(folder, beside, 0).catch(() => 'unheld' as const);
  try {
    if (letGo === undefined)
      throw new Error('Another process has it open.', { cause: { code: 'LEVEL_LOCKED' } });
    await look(store, folder, tell);
  } finally {
    if (letGo !== 'unheld') await letGo?.();
    rmSync(beside, { recursive: true, force: true });
  }
}

async function look(store: string, folder: string, tell: (news: string) => void): Promise<void> {
  // Whoever had the database may have looked.
  const { known, unknown } = tablesOf(store, folder);
  if (unknown.length === 0) return;
  const { lookAtTable, readManifest } = await import('../salvage/damaged-tables');
  const manifest = readManifest(folder);
  let told = Number.NEGATIVE_INFINITY;
  for (const [i, [name, state]] of unknown.entries()) {
    if (performance.now() - told > NEWS_MS) {
      told = performance.now();
      tell(`is looking at its tables: ${thousands(i)} of ${thousands(unknown.length)}`);
      await setImmediate();
    }
    const found = lookAtTable(folder, name, manifest);
    if (found === 'whole') known.push([name, state]);
    else if (found !== 'unknown') throw damagedTable(folder, name, found.damage);
  }
  note(store, known);
}

/** Call when a database was closed: nobody waits for it then. What there is no time for is only due. */
export async function lookAtTables(store: string, folder: string): Promise<void> {
  const { known, unknown } = tablesOf(store, folder);
  // A time to come is of a clock that was wrong.
  const isGood = (at: number) => at <= Date.now() && Date.now() - at <= GOOD_MS;
  const isOld = ([, [, , , at]]: [string, Look]) => !isGood(at);
  const old = known.filter(isOld).sort(([, a], [, b]) => a[3] - b[3]);
  if (unknown.length + old.length === 0) return;
  const { lookAtTable, readManifest } = await import('../salvage/damaged-tables');
  const manifest = readManifest(folder);
  const whole = new Map(known);
  const until = performance.now() + AT_THE_END_MS;
  for (const [name, [size, inode, changed]] of [...unknown, ...old]) {
    if (performance.now() >= until) break;
    if (lookAtTable(folder, name, manifest) === 'whole') whole.set(name, [size, inode, changed, Date.now()]);
    else whole.delete(name);
  }
  note(store, [...whole]);
}

/**
 * Lets a view of a store know what is known of its tables: links to them lead there, copies are looked at.
 * @param nameIn the name that the view has for a table
 */
export function copyLooks(store: string, view: string, nameIn: (table: string) => string): void {
  note(
    view,
    tablesOf(store, join(store, 'db')).known.map(([name, look]) => [nameIn(name), look]),
  );
}

/** What this process could not note in a store. */
const unwritten = new Map<string, Record<string, Look>>();

/** Without room, the next process looks at them again. */
function note(store: string, whole: readonly (readonly [string, Look])[]): void {
  const looks = Object.fromEntries(whole);
  unwritten.delete(store);
  try {
    writeFileSync(join(store, FILE), JSON.stringify(looks), { mode: 0o600 });
  } catch {
    unwritten.set(store, looks);
  }
}

function tablesOf(store: string, folder: string): Record<'known' | 'unknown', [string, Look][]> {
  const looks = unwritten.get(store) ?? readLooks(store);
  const known: [string, Look][] = [];
  const unknown: [string, Look][] = [];
  for (const name of namesIn(folder)) {
    // Behind a link of a view there is the table itself.
    const found = statSync(join(folder, name), { throwIfNoEntry: false });
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
