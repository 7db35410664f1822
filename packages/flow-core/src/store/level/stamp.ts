/**
 * The format stamp: the versions of a store's format and of its digests. It is a file in the database's folder, so
 * it is read before LevelDB writes anything and moves with the database. See UPGRADING.md.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FlowError } from '../../definition/errors';
import { writeFileWhole } from '../folder/write-file';

/** The version of keys, rows and file layout. Goes up when an older nx-flow would misread them. */
export const STORE_FORMAT = 2;
/** The version of `digest.ts`. Goes up when the digest of any value changes. */
export const DIGEST_VERSION = 1;

const FILE = 'nx-flow.json';
/** What the file holds for a store of this version. */
const CURRENT = { format: STORE_FORMAT, digests: DIGEST_VERSION };
const STAMP = JSON.stringify(CURRENT);

export interface Stamp {
  format: number;
  digests: number;
  /** It is being migrated from this format. */
  from?: number;
}

/**
 * The stamp of a database. One without a stamp is empty or older than stamps.
 * @throws FlowError FLOW_STORE_FORMAT when the stamp is newer than this version of nx-flow, FLOW_STORE_CORRUPT
 * when it cannot be read
 */
export function readStamp(folder: string): Stamp | undefined {
  const file = join(folder, FILE);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
  const stamp = parse(text, file);
  const { format, digests } = stamp;
  if (format > STORE_FORMAT || digests > DIGEST_VERSION)
    throw new FlowError(
      'FLOW_STORE_FORMAT',
      `The database ${folder} has format ${format} and digests of version ${digests}, and this nx-flow reads up to format ${STORE_FORMAT} and digests of version ${DIGEST_VERSION}: use the nx-flow that wrote it or a newer one, or another store by --store=<folder> or NX_FLOW_STORE (see UPGRADING.md). Nothing was changed.`,
    );
  return stamp;
}

/** Whether nothing of it is still to be migrated. */
export const isCurrent = (stamp: Stamp | undefined): boolean =>
  stamp?.format === STORE_FORMAT && stamp.from === undefined;

/** The error for a database that has records but no stamp. */
export function unstamped(folder: string): FlowError {
  return new FlowError(
    'FLOW_STORE_FORMAT',
    `The database ${folder} has no format stamp. If a version before 0.1 made it, this nx-flow cannot read its records: remove the store's folder and run your flows again, or use another store by --store=<folder> or NX_FLOW_STORE. If its file ${FILE} was removed, write it again: ${STAMP} (see UPGRADING.md). No record was changed.`,
  );
}

/**
 * Stamps a database with this version's formats. Only the process that has the database open may do it.
 * @param from It is being migrated from this format: an older nx-flow refuses it from now on.
 */
export function writeStamp(folder: string, from?: number): void {
  const file = join(folder, FILE);
  writeFileWhole(file, `${from === undefined ? STAMP : JSON.stringify({ ...CURRENT, from })}\n`);
}

function parse(text: string, file: string): Stamp {
  let stamp: Partial<Record<keyof Stamp, unknown>> | null;
  try {
    stamp = JSON.parse(text);
  } catch {
    stamp = null;
  }
  const { format, digests, from } = stamp ?? {};
  if (isVersion(format) && isVersion(digests) && (from === undefined || isVersion(from)))
    return { format, digests, ...(from === undefined ? {} : { from }) };
  throw new FlowError(
    'FLOW_STORE_CORRUPT',
    `The format stamp ${file} is damaged. Nothing was changed: restore it from a copy or, if the store was never used by a newer nx-flow, write ${STAMP} into it (see UPGRADING.md).`,
  );
}

const isVersion = (n: unknown): n is number => Number.isSafeInteger(n) && (n as number) >= 1;
