/** Checks whether a folder of outputs is complete: a cache that restores it may have lost a part. */
import { createHash } from 'node:crypto';
import { closeSync, openSync, readdirSync, readFileSync, readSync, statSync, writeFileSync } from 'node:fs';
import { isAbsolute, join, relative, sep } from 'node:path';

const MANIFEST = 'files.json';

interface Manifest {
  /** The hash under which a cache stores the folder. Empty when the hash does not match what was executed. */
  task?: string;
  /** The files, by their paths in the folder, with `/`. */
  files: Record<string, { size: number; sha256: string }>;
}

/** Writes the manifest, the last file of a folder. */
export function writeManifest(folder: string, task?: string): void {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const paths = files.map((entry) => join(entry.parentPath, entry.name)).sort();
  const sums = paths.map((path): [string, Manifest['files'][string]] => [
    relative(folder, path).split(sep).join('/'),
    { size: statSync(path).size, sha256: hashOf(path) },
  ]);
  write(folder, { ...(task === undefined ? {} : { task }), files: Object.fromEntries(sums) });
}

/** Gives a complete folder another hash, under which a cache will store it. */
export function renameManifest(folder: string, task: string): void {
  write(folder, { ...read(folder), task });
}

function write(folder: string, manifest: Manifest): void {
  writeFileSync(join(folder, MANIFEST), `${JSON.stringify(manifest)}\n`);
}

/** @throws for what is no manifest: a cache may have been given it by somebody else */
function read(folder: string): Manifest {
  const manifest: Manifest = JSON.parse(readFileSync(join(folder, MANIFEST), 'utf8'));
  for (const [file, { size, sha256 }] of Object.entries(manifest.files)) {
    const within = !isAbsolute(file) && !file.split(/[\\/]/).includes('..');
    if (!within || !Number.isSafeInteger(size) || typeof sha256 !== 'string') throw new TypeError();
  }
  return manifest;
}

/** Whether a cache stores the folder under a hash that is not its own. False when that is unknown. */
export function isMisnamed(folder: string, task: string): boolean {
  try {
    return (read(folder).task ?? task) !== task;
  } catch {
    return false;
  }
}

/** What is wrong with the folder, as the end of a sentence. Undefined when it is complete. */
export function damageOf(folder: string): string | undefined {
  let files: [string, Manifest['files'][string]][];
  try {
    files = Object.entries(read(folder).files);
  } catch {
    return 'has no list of its files';
  }
  // The cheap check comes first: a missing file is found before gigabytes are read.
  const other = files.find(([file, { size }]) => sizeOf(join(folder, file)) !== size);
  if (other)
    return sizeOf(join(folder, other[0])) === undefined ? `lacks ${other[0]}` : `has another ${other[0]}`;
  const changed = files.find(([file, { sha256 }]) => hashOf(join(folder, file)) !== sha256);
  return changed && `has another ${changed[0]}`;
}

/** Undefined for what is no file, or cannot be one. */
function sizeOf(path: string): number | undefined {
  try {
    const stats = statSync(path);
    return stats.isFile() ? stats.size : undefined;
  } catch {
    return undefined;
  }
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
