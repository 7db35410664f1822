/** Files that count by being written: the flow's declared inputs, and its `.env` files. */
import { type Dirent, readdirSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import type { Graph } from '../../definition/graph';
import { flowsFolder } from '../../environment/output-folders';
import { declaredPlaces } from '../../source/declared-inputs';
import { ENV_FILE } from '../env-request';
import type { WatchedPlace } from './code';
import { globMatcher } from './globs';
import { stampOf } from './stamps';

/** Not looked into: what is in these is made, and made by the thousand. */
const SKIPPED = new Set(['node_modules', '.git', '.flow', '.nx']);

/** What editors write beside a file while they save it. */
const OF_EDITORS = /^4913$|~$|^\.#|^\.?#.*#$|\.sw[a-z]$|\.tmp$/;

/** The most files that are known one by one. Of more, only what the system tells is heard. */
const MOST = 20_000;

/** What became of a file: the end of a sentence that begins with its name. */
export type Difference = 'changed' | 'is new' | 'is gone';

export class DataFiles {
  /** The folder of the flow's file: globs count from there. */
  readonly #folder: string;
  /** Folders whose `.env` files are the flow's. */
  readonly #envFolders: readonly string[];
  /** Its own outputs never count: each spin would lead to another. */
  readonly #outputs: string;
  readonly #more: readonly string[];
  #declared: string | undefined;
  #places: readonly string[] = [];
  #names: (path: string) => boolean = () => false;
  #stamps = new Map<string, string>();
  /** Those that were found to be others, and were not told, with what they were before. */
  readonly #found = new Map<string, string | undefined>();
  #folders: string[] = [];

  /** @param env whether its `.env` files count @param files more of them, absolute */
  constructor(
    { file, flow, workspace }: WatchedPlace,
    { env, files }: { env: boolean; files: readonly string[] },
  ) {
    this.#more = files;
    this.#folder = dirname(file);
    this.#outputs = join(flowsFolder(workspace), flow);
    this.#envFolders = env ? foldersUpTo(this.#folder, workspace) : [];
  }

  /** Folders in which some of them are, or may come to be. */
  get folders(): readonly string[] {
    return [
      ...[...this.#places, ...this.#more].map((place) => dirname(place)),
      ...this.#folders,
      ...this.#envFolders,
    ];
  }

  /** Takes the inputs that the flow declares now. */
  declare(inputs: Graph['inputs'] = []): void {
    const globs = inputs.filter((input) => typeof input === 'string');
    const declared = JSON.stringify(globs);
    if (declared === this.#declared) return;
    this.#declared = declared;
    this.#places = declaredPlaces({ inputs: globs } as unknown as Graph, this.#folder);
    this.#names = globMatcher(globs, this.#folder);
    this.walk();
    // The change of the declaration is told.
    this.#found.clear();
  }

  /** Whether a change of this path may be one of them, or of a folder with some. */
  concerns(path: string): boolean {
    return this.#counts(path) || this.#places.some((place) => this.#leadsTo(path, place));
  }

  /** Which are others than when this was last asked, and how. @param paths what may have changed */
  changed(paths: readonly string[]): Map<string, Difference> {
    // A folder came or went, with all that is in it.
    if (paths.some((path) => !this.#counts(path) && this.concerns(path))) this.walk();
    for (const path of paths) if (this.#counts(path)) this.#look(path);
    const found = [...this.#found].map(([file, before]) => [file, this.#difference(file, before)] as const);
    this.#found.clear();
    return new Map(found);
  }

  /** Looks at all of them. @returns those that are others than when {@link changed} was last asked */
  walk(): string[] {
    const before = this.#stamps;
    this.#stamps = new Map();
    this.#folders = [];
    for (const place of this.#places) this.#visit(place);
    for (const file of this.#more) this.#keep(file);
    for (const folder of this.#envFolders)
      for (const { name } of entriesOf(folder) ?? []) if (ENV_FILE.test(name)) this.#keep(join(folder, name));
    for (const name of new Set([...before.keys(), ...this.#stamps.keys()]))
      this.#compare(name, before.get(name));
    return [...this.#found.keys()];
  }

  #compare(file: string, before: string | undefined): void {
    if (before !== this.#stamps.get(file) && !this.#found.has(file)) this.#found.set(file, before);
  }

  #difference(file: string, before: string | undefined): Difference {
    if (!this.#stamps.has(file)) return 'is gone';
    return before === undefined ? 'is new' : 'changed';
  }

  #visit(path: string): void {
    if (this.#stamps.size >= MOST || path === this.#outputs) return;
    const entries = entriesOf(path);
    if (!entries) {
      if (this.#counts(path)) this.#keep(path);
      return;
    }
    this.#folders.push(path);
    for (const entry of entries) {
      // A link to a folder may lead back here.
      if (entry.isDirectory()) {
        if (!SKIPPED.has(entry.name)) this.#visit(join(path, entry.name));
      } else if (this.#counts(join(path, entry.name))) this.#keep(join(path, entry.name));
    }
  }

  #counts(path: string): boolean {
    if (this.#more.includes(path)) return true;
    if (this.#envFolders.includes(dirname(path)) && ENV_FILE.test(basename(path))) return true;
    if (
      relative(this.#folder, path)
        .split(sep)
        .some((name) => SKIPPED.has(name))
    )
      return false;
    return this.#names(path) && !path.startsWith(this.#outputs + sep) && !OF_EDITORS.test(basename(path));
  }

  #leadsTo(path: string, place: string): boolean {
    return (
      place.startsWith(path + sep) ||
      this.#folders.some((folder) => folder === path || folder === dirname(path))
    );
  }

  #keep(path: string): void {
    const stamp = stampOf(path);
    if (stamp !== '') this.#stamps.set(path, stamp);
  }

  #look(path: string): void {
    const before = this.#stamps.get(path);
    this.#stamps.delete(path);
    this.#keep(path);
    this.#compare(path, before);
  }
}

/** Undefined for what is no folder. */
function entriesOf(folder: string): Dirent[] | undefined {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return undefined;
  }
}

function foldersUpTo(from: string, workspace: string): string[] {
  const folders = [workspace];
  for (let at = from; at.startsWith(workspace + sep); at = dirname(at)) folders.push(at);
  return folders;
}
