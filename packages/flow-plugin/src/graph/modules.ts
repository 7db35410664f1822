/** Resolves specifiers inside the workspace without a loader: every possible place counts. */
import { dirname, join, posix } from 'node:path';
import { packageName, readManifest } from './packages';
import { Mappings, starOf } from './paths';

const EXTENSIONS = ['', '.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs', '.json'];

interface Manifest {
  name?: string;
  main?: unknown;
  module?: unknown;
  exports?: unknown;
  imports?: unknown;
}

export class Modules {
  readonly #workspace: string;
  readonly #files: ReadonlyMap<string, string>;
  readonly #mappings: Mappings;
  readonly #manifests = new Map<string, Manifest>();
  /** The folders of the workspace's packages, by name. */
  readonly #packages = new Map<string, string>();

  /** @param files the workspace's files, from its root */
  constructor(workspace: string, files: ReadonlyMap<string, string>, projects: { root: string }[]) {
    this.#workspace = workspace;
    this.#files = files;
    this.#mappings = new Mappings(workspace, files);
    for (const { root } of projects) {
      const { name } = this.#manifest(root);
      if (name !== undefined) this.#packages.set(name, root);
    }
  }

  /** The files that a specifier may mean. For a package, its manifest and the entries in it. */
  find(written: string, from: string): string[] {
    const specifier = written.replace(/\?.*$/, '');
    if (/^\.\.?($|\/)/.test(specifier)) return this.#existing([posix.join(dirname(from), specifier)]);
    const mapped = this.#existing(this.#mappings.of(specifier, from));
    if (specifier.startsWith('#')) return [...mapped, ...this.#inner(specifier, from)];
    const name = packageName(specifier);
    const folder = this.#packages.get(name);
    if (folder === undefined) return mapped;
    const entries = entriesOf(this.#manifest(folder), `.${specifier.slice(name.length)}`);
    return [
      ...mapped,
      posix.join(folder, 'package.json'),
      ...this.#existing(entries.map((entry) => posix.join(folder, entry))),
    ];
  }

  /** `#lib/x`, as the nearest package.json maps it: to its own file or to a package. */
  #inner(specifier: string, from: string): string[] {
    for (let folder = dirname(from); ; folder = posix.dirname(folder)) {
      if (this.#files.has(posix.join(folder, 'package.json'))) {
        return chosen(this.#manifest(folder).imports, specifier).flatMap((target) =>
          target.startsWith('.')
            ? this.#existing([posix.join(folder, target)])
            : target.startsWith('#')
              ? []
              : this.find(target, from),
        );
      }
      if (folder === '.') return [];
    }
  }

  #existing(paths: string[]): string[] {
    return [...new Set(paths.flatMap((path) => this.#file(path) ?? []))];
  }

  #file(path: string): string | undefined {
    // `./x.js` may be written for `./x.ts`, and a folder for its index.
    const source = path.replace(/\.([cm]?)js(x?)$/, '.$1ts$2');
    return this.#extended(path) ?? this.#extended(source) ?? this.#extended(posix.join(path, 'index'));
  }

  #extended(base: string): string | undefined {
    for (const extension of EXTENSIONS) if (this.#files.has(base + extension)) return base + extension;
    return undefined;
  }

  #manifest(folder: string): Manifest {
    let manifest = this.#manifests.get(folder);
    if (!manifest) {
      const there = this.#files.has(posix.join(folder, 'package.json'));
      manifest = there ? readManifest<Manifest>(join(this.#workspace, folder)) : {};
      this.#manifests.set(folder, manifest);
    }
    return manifest;
  }
}

/** The files that a package exports for a path, under any condition. */
function entriesOf({ exports, main, module }: Manifest, path: string): string[] {
  if (exports !== undefined) return chosen(exports, path);
  if (path !== '.') return [path];
  return [main, module, 'index'].filter((entry): entry is string => typeof entry === 'string');
}

function chosen(map: unknown, path: string): string[] {
  const entries = Object.entries(typeof map === 'object' && !Array.isArray(map) ? (map ?? {}) : {});
  // Without paths, the map is the entry of the package itself.
  if (!entries.some(([key]) => /^[.#]/.test(key))) return path === '.' ? textsIn(map) : [];
  return entries.flatMap(([key, value]) => {
    const star = starOf(key, path);
    return star === undefined ? [] : textsIn(value).map((target) => target.replaceAll('*', star));
  });
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
