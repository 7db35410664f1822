/** Whether a folder of outputs is what was written: a cache that restores it may have lost a part. */
import { createHash } from 'node:crypto';
import { closeSync, openSync, readdirSync, readFileSync, readSync, statSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

const MANIFEST = 'files.json';

/** Every file of the folder, from there, with `/`. */
type Manifest = Record<string, { size: number; sha256: string }>;

/** The last file that is written into a folder. */
export function writeManifest(folder: string): void {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const paths = files.map((entry) => join(entry.parentPath, entry.name)).sort();
  const manifest: Manifest = Object.fromEntries(
    paths.map((path) => [
      relative(folder, path).split(sep).join('/'),
      { size: statSync(path).size, sha256: hashOf(path) },
    ]),
  );
  writeFileSync(join(folder, MANIFEST), `${JSON.stringify(manifest)}\n`);
}

/** What is wrong with the folder, as the end of a sentence; undefined where everything is there and right. */
export function damageOf(folder: string): string | undefined {
  let manifest: Manifest;
  try {
    manifest = JSON.parse(readFileSync(join(folder, MANIFEST), 'utf8'));
  } catch {
    return 'has no list of its files';
  }
  const files = Object.entries(manifest);
  // The cheap question first: what is missing is found before gigabytes are read.
  const other = files.find(([file, { size }]) => sizeOf(join(folder, file)) !== size);
  if (other)
    return sizeOf(join(folder, other[0])) === undefined ? `lacks ${other[0]}` : `has another ${other[0]}`;
  const changed = files.find(([file, { sha256 }]) => hashOf(join(folder, file)) !== sha256);
  return changed && `has another ${changed[0]}`;
}

function sizeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.size;
}

const PIECE = 1024 * 1024;

function hashOf(path: string): string {
  const hash = createHash('sha256');
  const file = openSync(path, 'r');
  try {
    const buffer = Buffer.allocUnsafe(PIECE);
    for (let n = readSync(file, buffer); n > 0; n = readSync(file, buffer))
      hash.update(buffer.subarray(0, n));
  } finally {
    closeSync(file);
  }
  return hash.digest('hex');
}
