/** The file that a path which a person gave leads to, before it is written. */
import { existsSync, lstatSync, readlinkSync, type Stats, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { realPath } from './real-path';

export interface Target {
  /** Without symbolic links: what is written in their place is found by them. */
  path: string;
  /** What is there. */
  kind: 'nothing' | 'file' | 'folder' | 'named pipe' | 'device' | 'socket';
  /** The folder of the store in which it lies. Nobody but nx-flow writes there. */
  store?: string;
}

export function targetOf(file: string): Target {
  const found = statSync(file, { throwIfNoEntry: false });
  const path = found ? realPath(file) : withoutLinks(file);
  const store = storeAround(path);
  return { path, kind: found ? kindOf(found) : 'nothing', ...(store === undefined ? {} : { store }) };
}

function kindOf(found: Stats): Target['kind'] {
  if (found.isFile()) return 'file';
  if (found.isDirectory()) return 'folder';
  if (found.isFIFO()) return 'named pipe';
  return found.isSocket() ? 'socket' : 'device';
}

/** Links that one path may lead through. */
const MOST_LINKS = 40;

/** Of a file that is not there. The last link may lead to nothing. */
function withoutLinks(file: string): string {
  let path = file;
  for (let left = MOST_LINKS; left > 0 && isLink(path); left--)
    path = resolve(realPath(dirname(path)), readlinkSync(path));
  return join(realPath(dirname(path)), basename(path));
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
}

/** By its name, or by the stamp of its database: others have a folder `db`, too. */
function storeAround(path: string): string | undefined {
  for (let at = path; dirname(at) !== at; at = dirname(at))
    if (basename(at) === '.flow' || existsSync(join(at, 'db', 'nx-flow.json'))) return at;
  return undefined;
}
