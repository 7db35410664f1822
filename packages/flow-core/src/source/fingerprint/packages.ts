/** Resolves package names, the entries of a package's paths, and the versions of all that it needs. */
import { dirname, join, sep } from 'node:path';
import { type ConditionTest, mappedTargets } from '../package-map';
import type { Sources } from './host';

export interface Package {
  name: string;
  /** Its folder, without symbolic links. */
  folder: string;
  manifest: Record<string, unknown>;
  /** True in some node_modules. Otherwise it is a package of the workspace, whose sources count. */
  installed: boolean;
}

interface Closure {
  versions: Map<string, string>;
  inert: boolean;
}

export class Packages {
  readonly #sources: Sources;
  readonly #found = new Map<string, Package | undefined>();
  readonly #closures = new Map<string, Closure>();

  constructor(sources: Sources) {
    this.#sources = sources;
  }

  /** The package of this name, as code in a folder sees it. */
  find(name: string, from: string): Package | undefined {
    const key = `${from}\0${name}`;
    if (!this.#found.has(key)) this.#found.set(key, this.#find(name, from));
    return this.#found.get(key);
  }

  #find(name: string, from: string): Package | undefined {
    for (let folder = from; ; folder = dirname(folder)) {
      const own = this.#sources.json(join(folder, 'package.json'));
      if (own?.name === name && own.exports !== undefined) return this.#package(name, folder, own);
      const place = join(folder, 'node_modules', name);
      const manifest = this.#sources.json(join(place, 'package.json'));
      if (manifest) return this.#package(name, place, manifest);
      if (dirname(folder) === folder) return undefined;
    }
  }

  #package(name: string, place: string, manifest: Record<string, unknown>): Package {
    const folder = this.#sources.realpath(place);
    return { name, folder, manifest, installed: folder.split(sep).includes('node_modules') };
  }

  /** The files that a package may give for a path in it: several when the loader decides. */
  entries({ folder, manifest }: Package, path: string, holds: ConditionTest): string[] {
    const { exports, main, module } = manifest;
    if (exports !== undefined)
      return mappedTargets(exports, path, holds).map((target) => join(folder, target));
    if (path !== '.') return [join(folder, path)];
    const given = [main, module].filter((entry): entry is string => typeof entry === 'string');
    return (given.length > 0 ? given : ['index']).map((entry) => join(folder, entry));
  }

  /** A package and every package that it needs, all the way down: names to versions. */
  needed(root: Package): Map<string, string> {
    return this.#closure(root).versions;
  }

  /** Whether a package and every package that it needs declare that loading them has no side effects. */
  isInert(root: Package): boolean {
    return this.#closure(root).inert;
  }

  #closure(root: Package): Closure {
    const known = this.#closures.get(root.folder);
    if (known) return known;
    const versions = new Map<string, Set<string>>();
    const seen = new Set<string>();
    let inert = true;
    const add = (found: Package) => {
      if (seen.has(found.folder)) return;
      seen.add(found.folder);
      const { version, sideEffects, dependencies, optionalDependencies } = found.manifest;
      const { peerDependencies, peerDependenciesMeta } = found.manifest;
      versions.set(found.name, (versions.get(found.name) ?? new Set()).add(String(version ?? 'no version')));
      inert &&= sideEffects === false;
      const needs = [peerDependencies, peerDependenciesMeta, optionalDependencies, dependencies];
      const names = Object.assign({}, ...needs.map(record));
      for (const name of Object.keys(names)) {
        const next = this.find(name, found.folder);
        if (next) add(next);
      }
    };
    add(root);
    const joined = [...versions].map(([name, set]): [string, string] => [name, [...set].sort().join(', ')]);
    const closure = { versions: new Map(joined), inert };
    this.#closures.set(root.folder, closure);
    return closure;
  }
}

/** `@a/b/c` is the path `./c` of the package `@a/b`. */
export function splitName(specifier: string): { name: string; path: string } {
  const parts = specifier.split('/');
  const count = specifier.startsWith('@') ? 2 : 1;
  const rest = parts.slice(count).join('/');
  return { name: parts.slice(0, count).join('/'), path: rest === '' ? '.' : `./${rest}` };
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
