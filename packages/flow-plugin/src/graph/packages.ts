/** Packages, by their names in code and in Nx. */
import { isBuiltin } from 'node:module';
import { dirname, join, posix } from 'node:path';
import { readJson } from '../nx/nx';

export function packageName(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/** The package.json of a folder. Empty when it is missing or half-written. */
export function readManifest<T extends object>(folder: string): Partial<T> {
  try {
    return readJson<T>(join(folder, 'package.json')) ?? {};
  } catch {
    return {};
  }
}

/** Installed packages: `npm:zod`, or `npm:zod@3.25.0` for one that is nested below another of its name. */
export class Externals {
  readonly #workspace: string;
  readonly #names: ReadonlySet<string>;
  /** The packages with several versions. */
  readonly #several = new Set<string>();

  constructor(workspace: string, names: readonly string[]) {
    this.#workspace = workspace;
    this.#names = new Set(names);
    for (const name of names) {
      const version = name.lastIndexOf('@');
      if (version > 'npm:@'.length) this.#several.add(name.slice('npm:'.length, version));
    }
  }

  /** Nx's name for the package that a module imports. */
  of(specifier: string, from: string): string | undefined {
    const name = packageName(specifier);
    if (isBuiltin(name)) return undefined;
    const exact = this.#several.has(name) ? `npm:${name}@${this.#version(name, dirname(from))}` : '';
    return [exact, `npm:${name}`].find((known) => this.#names.has(known));
  }

  #version(name: string, from: string): string | undefined {
    for (let folder = from; ; folder = posix.dirname(folder)) {
      const place = join(this.#workspace, folder, 'node_modules', name);
      const { version } = readManifest<{ version: string }>(place);
      if (version !== undefined || folder === '.') return version;
    }
  }
}
