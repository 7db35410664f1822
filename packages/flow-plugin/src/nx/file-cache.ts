/** A cache of results from files, kept between commands in Nx's workspace data. `nx reset` empties it. */
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { workspaceData } from './nx';

interface Kept<T> {
  /** The stamp of the parser: another parser may read files differently. */
  parser: string;
  files: Record<string, T>;
}

/** One value for each file. Values that are not set again are dropped on write. */
export class FileCache<T> {
  readonly #path: string;
  readonly #parser = parserStamp();
  readonly #before: Kept<T>;
  /** The text of the cache file: an equal one is not written again. */
  readonly #text: string | undefined;
  readonly #after: Record<string, T> = {};
  #changed = false;

  constructor(workspace: string, name: string) {
    this.#path = join(workspaceData(workspace), `nx-flow-${name}.json`);
    this.#text = textOf(this.#path);
    this.#before = parsed(this.#path, this.#text);
  }

  /** The kept value of a file, from any parser. */
  last(file: string): T | undefined {
    return this.#before.files[file];
  }

  /** The kept value of a file, from this parser. */
  get(file: string): T | undefined {
    return this.#before.parser === this.#parser ? this.#before.files[file] : undefined;
  }

  /** All kept values, from any parser. */
  all(): [file: string, value: T][] {
    return Object.entries(this.#before.files);
  }

  /** Kept values are not changed in place: other caches of this process may give the same ones. */
  set(file: string, value: T): void {
    this.#changed ||= value !== this.get(file);
    this.#after[file] = value;
  }

  /** Writes the cache. Returns whether that worked. */
  write(): boolean {
    const count = Object.keys(this.#after).length;
    if (!this.#changed && count > 0 && count === Object.keys(this.#before.files).length) return true;
    const sorted = Object.entries(this.#after).sort(([a], [b]) => (a < b ? -1 : 1));
    const after: Kept<T> = { parser: this.#parser, files: Object.fromEntries(sorted) };
    const text = JSON.stringify(after);
    if (text === this.#text) return true;
    const temporary = `${this.#path}.${process.pid}`;
    try {
      mkdirSync(dirname(this.#path), { recursive: true });
      writeFileSync(temporary, text);
      renameSync(temporary, this.#path);
      return true;
    } catch {
      // The cache saves milliseconds: a read-only workspace works without it.
      removed(temporary);
      return false;
    }
  }
}

function removed(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // The file was not written, so there is nothing to remove.
  }
}

let parser: { file: string; version: string } | undefined;

/** A stamp that changes with each version of the parser, each build in place, and its other inputs. */
function parserStamp(): string {
  // Each command makes several caches, and resolving a module takes half a millisecond.
  parser ??= {
    file: require.resolve('@nx-flow/core/source'),
    version: (require('@nx-flow/core/package.json') as { version: string }).version,
  };
  return `${parser.version} ${statSync(parser.file).mtimeMs} ${process.version} ${process.env.TSX_TSCONFIG_PATH ?? ''}`;
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** The last text of each cache file, parsed: a command reads some of them several times. */
const latest = new Map<string, { text: string; kept: Kept<unknown> }>();

function parsed<T>(path: string, text: string | undefined): Kept<T> {
  const last = latest.get(path);
  if (last !== undefined && last.text === text) return last.kept as Kept<T>;
  try {
    const kept = JSON.parse(text ?? '');
    if (typeof kept.parser === 'string' && typeof kept.files === 'object' && kept.files) {
      latest.set(path, { text: text as string, kept });
      return kept;
    }
  } catch {
    // The cache is missing or cut off: every file is parsed.
  }
  return { parser: '', files: {} };
}
