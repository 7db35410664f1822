/** The files that a flow declares as its inputs, and one digest for them. Rather more files than fewer: see below. */
import { createHash } from 'node:crypto';
import { type Dirent, readdirSync, readFileSync, type Stats, statSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import type { Graph } from '../definition/graph';

/** More files than this are not looked at. */
const MOST_FILES = 20_000;

/** Files up to this size are compared by their bytes, others by when they were written. Bytes. */
const LARGE = 1024 * 1024;

/** So many bytes are read; of what is beyond, too, it counts when it was written. */
const MOST_BYTES = 16 * 1024 * 1024;

/** What no pattern means unless it names it. */
const APART = new Set(['node_modules', '.git', '.flow', '.nx']);

/**
 * All files that the globs may name; what a `!` leaves out is in there, too. Undefined where they are too many.
 * @param file the flow's file, from whose folder they count
 */
export function filesOfInputs(
  { inputs = [] }: Pick<Graph, 'inputs'>,
  file: string,
  workspace: string,
): string[] | undefined {
  const found = new Set<string>();
  for (const input of inputs) {
    if (typeof input !== 'string' || input.startsWith('!')) continue;
    const parts = join(dirname(file), input).split(sep);
    const magic = parts.findIndex((part) => /[[\](){}*?!+@]/.test(part));
    const base = parts.slice(0, magic < 0 ? undefined : magic).join(sep);
    const matches = magic < 0 ? undefined : widerThan(parts.slice(magic).join('/'));
    for (const path of filesIn(base, join(workspace, 'dist', 'flow')) ?? [])
      if (!matches || matches.test(relative(base, path).split(sep).join('/'))) found.add(path);
    if (found.size > MOST_FILES) return undefined;
  }
  return [...found].sort();
}

/** An expression for all that a glob matches, and more: what is in brackets stands for anything. */
function widerThan(glob: string): RegExp {
  const source = glob
    .replace(/[?*+@!]*[[({].*[\])}]/gs, '**')
    .replace(/[.+^$|\\@!()[\]{}]/g, '\\$&')
    .replace(/\*\*(\/)?|\*|\?/g, (sign) => (sign.startsWith('**') ? '.*' : sign === '*' ? '[^/]*' : '[^/]'));
  return new RegExp(`^${source}$`, 's');
}

/** A file, or all files in a folder. */
function filesIn(base: string, outputs: string): string[] {
  const found: string[] = [];
  const seen = new Set<string>();
  const visit = (path: string) => {
    const stat = lookAt(path);
    if (!stat?.isDirectory()) {
      if (stat) found.push(path);
      return;
    }
    const id = `${stat.dev}:${stat.ino}`;
    // A link may lead up again.
    if (seen.has(id) || (path === outputs && path !== base) || found.length > MOST_FILES) return;
    seen.add(id);
    for (const entry of entriesOf(path)) if (!APART.has(entry.name)) visit(join(path, entry.name));
  };
  visit(base);
  return found;
}

/** Undefined where it is not there, or cannot be looked at. */
export function lookAt(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

/** Undefined where one of them cannot be read. */
export async function digestOfFiles(paths: readonly string[], file: string): Promise<string | undefined> {
  const hash = createHash('sha256');
  let bytes = 0;
  for (const path of paths) {
    const { size, ino, mtimeMs, ctimeMs } = lookAt(path) ?? {};
    if (size === undefined) return undefined;
    hash.update(`${relative(dirname(file), path)}\0${size}\0`);
    bytes += size;
    if (size > LARGE || bytes > MOST_BYTES) hash.update(`${ino} ${mtimeMs} ${ctimeMs}\0`);
    else
      try {
        hash.update(readFileSync(path));
      } catch {
        return undefined;
      }
  }
  return hash.digest('hex');
}
