/** Checks a database's folder before LevelDB, which creates a new database over an old one without its CURRENT. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FlowError } from '../../definition/errors';

/**
 * Whether a folder has a database. It has none when it is absent or has no LevelDB files with data. Then a new one
 * may be created. Changes nothing.
 * @throws FlowError FLOW_STORE_CORRUPT for a database that LevelDB would not find or not read
 */
export function hasDatabase(folder: string): boolean {
  for (;;) {
    // The order matters: a database that another process is creating has its CURRENT before other files.
    const files = dataFiles(folder);
    const current = readCurrent(folder);
    if (current === undefined) {
      if (files.length === 0) return false;
      throw damaged(folder, 'its file CURRENT is gone', files);
    }
    const manifest = /^(MANIFEST-\d+)\n$/.exec(current)?.[1];
    if (manifest && existsSync(join(folder, manifest))) return true;
    // The leading process replaces both files while it opens. Then CURRENT has another text by now.
    if (readCurrent(folder) !== current) continue;
    if (current.trim() === '') throw damaged(folder, 'its file CURRENT is empty', files);
    if (!manifest) throw damaged(folder, 'its file CURRENT does not name a manifest', files);
    throw damaged(folder, `its file CURRENT names ${manifest}, which is gone`, files);
  }
}

function dataFiles(folder: string): string[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    // If the path is a file, creating the folder will report it.
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
  const files = names.filter((name) => /^(MANIFEST-\d+|\d+\.(log|ldb|sst))$/.test(name)).sort();
  // A creation ended after its first file. Any opened database has a log and a manifest with a higher number.
  return files.length === 1 && files[0] === 'MANIFEST-000001' ? [] : files;
}

function readCurrent(folder: string): string | undefined {
  try {
    return readFileSync(join(folder, 'CURRENT'), 'latin1');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

function damaged(folder: string, what: string, files: readonly string[]): FlowError {
  const manifests = files.filter((name) => name.startsWith('MANIFEST-'));
  const others = files.length - manifests.length;
  const there = [
    ...manifests,
    ...(others > 0 ? [`${others} ${others === 1 ? 'file' : 'files'} of data`] : []),
  ];
  // LevelDB keeps one manifest, and CURRENT holds only its name.
  const mend =
    manifests.length === 1
      ? ` or, where nothing else was lost, write the line ${manifests[0]} into CURRENT;`
      : '';
  return new FlowError(
    'FLOW_STORE_CORRUPT',
    `The database ${folder} is damaged: ${what}, while ${there.join(' and ') || 'no other file of it'} ${there.length === 1 && others <= 1 ? 'is' : 'are'} there. Nothing was changed: restore the folder from a copy,${mend} salvage what is whole by nx-flow verify --repair, or move the store's folder away to begin with an empty store.`,
  );
}
