/**
 * What was lost of a database's log when it was opened. LevelDB drops what it cannot read. It goes on as if nothing had been, and says so only in its own file, which
 * the next start replaces: so it is noted beside the database, until a repair has told what is lost.
 */

import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { thousands } from '../../definition/thousands';
import { writeFileWhole } from '../folder/write-file';

const FILE = 'damage.json';

interface Dropped {
  /** Milliseconds since 1970. */
  at: number;
  bytes: number;
  /** Runs that are lost as a whole: `movies/12`. */
  runs?: string[];
}

/**
 * Call when the database has been opened.
 * @param folder the database's
 * @param lost bytes of its logs that LevelDB does not miss; 0 where only that something is lost is known
 */
export function noteDropped(folder: string, store: string, lost?: number): void {
  let text = '';
  try {
    text = readFileSync(join(folder, 'LOG'), 'utf8');
  } catch {}
  const found = [...text.matchAll(/: dropping (\d+) bytes; /g)].map(([, bytes]) => Number(bytes));
  if (found.length === 0 && lost !== undefined) found.push(lost);
  if (found.length === 0) return;
  add(store, { at: Date.now(), bytes: found.reduce((sum, bytes) => sum + bytes, 0) });
}

/** @param runs those of which the database knows nothing any more: `movies/12` */
export function noteLost(store: string, runs: string[]): void {
  add(store, { at: Date.now(), bytes: 0, runs });
}

function add(store: string, now: Dropped): void {
  try {
    writeFileWhole(join(store, FILE), `${JSON.stringify([...noted(store), now])}\n`);
  } catch {
    // There is no room. What can be read is read all the same.
  }
}

/** Call when a repair has told what is lost. */
export function forgetDropped(store: string): void {
  rmSync(join(store, FILE), { force: true });
}

/** One line for a person; undefined where nothing was dropped. */
export function droppedLine(store: string): string | undefined {
  const all = noted(store);
  if (all.length === 0) return undefined;
  const since = new Date(Math.min(...all.map(({ at }) => at))).toISOString().slice(0, 10);
  return `The store ${store} was damaged: since ${since}, ${bytesOf(all)} of its newest records could not be read and are lost.${lostRuns(all)} A run that has ended says what it lacks when it is read; others may be missing, or count as killed. nx-flow verify --repair salvages what can be read.`;
}

/** No other record tells of a tag that came after a run's start, or went. */
const TAGS =
  'Tags that were added or removed last may be lost with them: see the tags by nx-flow runs, and give them again by nx-flow tag.';

/** The same for who looks for damages: `1,234 bytes of its newest records …`. */
export function droppedRecords(store: string): string | undefined {
  const all = noted(store);
  if (all.length === 0) return undefined;
  return `LevelDB dropped ${bytesOf(all)} of the newest records when it opened the damaged database.${lostRuns(all)} ${TAGS}`;
}

/** How many runs a sentence names. */
const NAMED = 5;

function lostRuns(all: readonly Dropped[]): string {
  const runs = [...new Set(all.flatMap((one) => one.runs ?? []))];
  if (runs.length === 0) return '';
  const more = runs.length > NAMED ? ` and ${thousands(runs.length - NAMED)} more` : '';
  return ` ${runs.slice(0, NAMED).join(', ')}${more} ${runs.length === 1 ? 'is' : 'are'} lost.`;
}

function bytesOf(all: readonly Dropped[]): string {
  const bytes = all.reduce((sum, one) => sum + one.bytes, 0);
  return bytes === 0 ? 'some' : `${thousands(bytes)} bytes`;
}

function noted(store: string): Dropped[] {
  try {
    const all: unknown = JSON.parse(readFileSync(join(store, FILE), 'utf8'));
    return Array.isArray(all) ? all.filter(isDropped) : [];
  } catch {
    return [];
  }
}

const isDropped = (one: Partial<Dropped> | null): one is Dropped =>
  Number.isFinite(one?.at) &&
  Number.isFinite(one?.bytes) &&
  (one?.runs === undefined || Array.isArray(one.runs));
