/**
 * The format stamp: the versions of a store's format and of its digests. It is a file in the database's folder, so
 * it is read before LevelDB writes anything and moves with the database. See UPGRADING.md.
 */
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { FlowError } from '../definition/errors';

/** The version of keys, rows and file layout. Goes up when an older nx-flow would misread them. */
export const STORE_FORMAT = 1;
/** The version of `digest.ts`. Goes up when the digest of any value changes. */
export const DIGEST_VERSION = 1;

const FILE = 'nx-flow.json';
/** What the file holds for a store of this version. */
const STAMP = JSON.stringify({ format: STORE_FORMAT, digests: DIGEST_VERSION });

/**
 * Whether a database has a stamp. One without a stamp is empty or older than stamps.
 * @throws FlowError FLOW_STORE_FORMAT when the stamp is newer than this version of nx-flow, FLOW_STORE_CORRUPT
 * when it cannot be read
 */
export function hasStamp(folder: string): boolean {
  const file = join(folder, FILE);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
  const { format, digests } = parse(text, file);
  if (format > STORE_FORMAT || digests > DIGEST_VERSION)
    throw new FlowError(
      'FLOW_STORE_FORMAT',
      `The database ${folder} has format ${format} and digests of version ${digests}, and this nx-flow reads up to format ${STORE_FORMAT} and digests of version ${DIGEST_VERSION}: use the nx-flow that wrote it or a newer one, or another store by --store=<folder> or NX_FLOW_STORE (see UPGRADING.md). Nothing was changed.`,
    );
  return true;
}

/** The error for a database that has records but no stamp. */
export function unstamped(folder: string): FlowError {
  return new FlowError(
    'FLOW_STORE_FORMAT',
    `The database ${folder} has no format stamp. If a version before 0.1 made it, this nx-flow cannot read its records: remove the store's folder and run your flows again, or use another store by --store=<folder> or NX_FLOW_STORE. If its file ${FILE} was removed, write it again: ${STAMP} (see UPGRADING.md). No record was changed.`,
  );
}

/** Stamps a database with this version's formats. Only the process that has the database open may do it. */
export function writeStamp(folder: string): void {
  const file = join(folder, FILE);
  const temporary = `${file}.${process.pid}`;
  try {
    const fd = openSync(temporary, 'w');
    try {
      writeSync(fd, `${STAMP}\n`);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

function parse(text: string, file: string): { format: number; digests: number } {
  let stamp: { format?: unknown; digests?: unknown } | null;
  try {
    stamp = JSON.parse(text);
  } catch {
    stamp = null;
  }
  const { format, digests } = stamp ?? {};
  if (isVersion(format) && isVersion(digests)) return { format, digests };
  throw new FlowError(
    'FLOW_STORE_CORRUPT',
    `The format stamp ${file} is damaged. Nothing was changed: restore it from a copy or, if the store was never used by a newer nx-flow, write ${STAMP} into it (see UPGRADING.md).`,
  );
}

const isVersion = (n: unknown): n is number => Number.isSafeInteger(n) && (n as number) >= 1;
