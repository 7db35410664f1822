/** A manifest: the file of LevelDB that says which tables and logs a database has. It is written as a log is. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Cursor } from './cursor';
import { batches } from './log';
import { damagedBytes } from './log-check';

/** What a change of the set of files says, by its numbers. */
const [COMPARATOR, LOG, NEXT, SEQUENCE, POINTER, DELETED, ADDED, EARLIER_LOG] = [1, 2, 3, 4, 5, 6, 7, 9];

/** Bytes behind a key: what was done, and the sequence. */
const TRAILER = 8;

export interface NamedTable {
  /** The first and the last key of its records. */
  first: string;
  last: string;
  /** The same as LevelDB has them: with what was done, and the sequence. */
  ends: [first: string, last: string];
  /** Bytes of the file. */
  size: number;
}

export interface Manifest {
  /** By their numbers. */
  tables: Map<number, NamedTable>;
  /** The number of the oldest log that is needed; 0 before there was one. */
  log: number;
  /** No file that it knows has this number or a larger one. */
  next: number;
  /** The largest sequence of a record when the database was opened, or its tables changed. */
  sequence: number;
  /** A part of it is damaged: it may name other tables. */
  isDamaged: boolean;
}

/**
 * What a manifest says. Undefined where it cannot be read: then LevelDB cannot open the database either.
 * @param named the current one by default
 */
export function readManifest(folder: string, named?: string): Manifest | undefined {
  const manifest: Manifest = { tables: new Map(), log: 0, next: 0, sequence: 0, isDamaged: false };
  try {
    const name = named ?? readFileSync(join(folder, 'CURRENT'), 'latin1').trim();
    const bytes = readFileSync(join(folder, name));
    for (const edit of batches(bytes, true)) apply(new Cursor(edit), manifest);
    manifest.isDamaged = damagedBytes(bytes) > 0;
    return manifest;
  } catch {
    return undefined;
  }
}

/** @throws RangeError where it is no change */
function apply(edit: Cursor, manifest: Manifest): void {
  while (edit.left > 0) {
    const what = edit.varint();
    if (what === COMPARATOR) edit.piece();
    else if (what === LOG) manifest.log = edit.varint();
    else if (what === SEQUENCE) manifest.sequence = edit.varint();
    else if (what === NEXT) manifest.next = edit.varint();
    else if (what === EARLIER_LOG) edit.varint();
    else if (what === POINTER) {
      edit.varint();
      edit.piece();
    } else if (what === DELETED) {
      edit.varint();
      manifest.tables.delete(edit.varint());
    } else if (what === ADDED) {
      edit.varint();
      const number = edit.varint();
      const size = edit.varint();
      const [first, last] = [edit.piece(), edit.piece()];
      const ends: NamedTable['ends'] = [first.toString('latin1'), last.toString('latin1')];
      manifest.tables.set(number, { first: keyOf(first), last: keyOf(last), ends, size });
    } else throw new RangeError('No change.');
  }
}

/** A key without what LevelDB adds. */
export const keyOf = (internal: Buffer) => internal.subarray(0, -TRAILER).toString('latin1');
