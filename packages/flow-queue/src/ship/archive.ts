/**
 * Files as one blob: the number of bytes of a table, the table as JSON, the bytes of the files one after another; gzip around all of
 * it. Equal files make equal blobs. It knows files alone: there is no way to write a link in it.
 */
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { badArchive, MOST_BYTES, MOST_FILES, shownName, whyNotWritten } from './names';

export interface CodeFile {
  /** From the workspace, with `/`. */
  path: string;
  bytes: Uint8Array;
  isExecutable: boolean;
}

/** A row of the table. */
type Row = [path: string, size: number, isExecutable?: 1];

const MAGIC = Buffer.from('nx-flow code 1\n');
const HEAD = MAGIC.length + 4;

/** A table of names. Bytes. */
const MOST_TABLE = 16 * 1024 * 1024;

const zip = promisify(gzip);
const unzip = promisify(gunzip);

/**
 * @example
 * ```ts
 * const blob = await packFiles([{ path: 'movies.flow.ts', bytes: Buffer.from('…'), isExecutable: false }]);
 * const [file] = await unpackFiles(blob);
 * ```
 */
export async function packFiles(files: readonly CodeFile[]): Promise<Buffer> {
  const sorted = [...files].sort((a, b) => (a.path < b.path ? -1 : 1));
  const rows = sorted.map(
    ({ path, bytes, isExecutable }): Row => (isExecutable ? [path, bytes.length, 1] : [path, bytes.length]),
  );
  const table = Buffer.from(JSON.stringify(rows));
  const size = Buffer.alloc(4);
  size.writeUInt32BE(table.length);
  return zip(Buffer.concat([MAGIC, size, table, ...sorted.map(({ bytes }) => bytes)]), { level: 6 });
}

/**
 * @param most bytes of all files
 * @throws FlowError FLOW_SHIP_ARCHIVE for anything that {@link packFiles} would not write
 */
export async function unpackFiles(blob: Uint8Array, most = MOST_BYTES): Promise<CodeFile[]> {
  const all = await unzip(blob, { maxOutputLength: most + MOST_TABLE }).catch((error) => {
    throw badArchive(
      (error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE' ? tooLarge(most) : 'it is not whole',
    );
  });
  if (!all.subarray(0, MAGIC.length).equals(MAGIC) || all.length < HEAD)
    throw badArchive('it begins otherwise than code does');
  const length = all.readUInt32BE(MAGIC.length);
  if (length > MOST_TABLE || HEAD + length > all.length) throw badArchive('its table is not whole');
  const rows = rowsOf(all.subarray(HEAD, HEAD + length), most);
  let at = HEAD + length;
  const files = rows.map(([path, size, isExecutable]): CodeFile => {
    const bytes = all.subarray(at, at + size);
    at += size;
    return { path, bytes, isExecutable: isExecutable === 1 };
  });
  if (at !== all.length) throw badArchive('it has other bytes than its table says');
  return files;
}

const tooLarge = (most: number) => `it has more than ${most / 1024 / 1024} MB`;

function rowsOf(table: Buffer, most: number): Row[] {
  let rows: unknown;
  try {
    rows = JSON.parse(table.toString('utf8'));
  } catch {}
  if (!Array.isArray(rows)) throw badArchive('its table cannot be read');
  if (rows.length > MOST_FILES) throw badArchive(`it has more than ${MOST_FILES} files`);
  /** Where upper and lower case are the same, two names would be one file. */
  const names = new Set<string>();
  let total = 0;
  for (const row of rows) {
    if (!Array.isArray(row) || row.length > 3 || (row.length === 3 && row[2] !== 1))
      throw badArchive('a row of its table is none');
    const [path, size] = row as Row;
    const why = whyNotWritten(path);
    if (why) throw badArchive(`${shownName(path)} ${why}`);
    if (!Number.isSafeInteger(size) || size < 0) throw badArchive(`${shownName(path)} has no size`);
    total += size;
    if (total > most) throw badArchive(tooLarge(most));
    const name = path.toLowerCase();
    if (names.has(name)) throw badArchive(`${shownName(path)} is there twice`);
    names.add(name);
  }
  for (const name of names)
    for (let end = name.lastIndexOf('/'); end > 0; end = name.lastIndexOf('/', end - 1))
      if (names.has(name.slice(0, end)))
        throw badArchive(`${shownName(name.slice(0, end))} is a file and a folder`);
  return rows as Row[];
}
