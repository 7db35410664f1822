/** Patterns with a star, as in tsconfig's `paths` and a package's `exports` and `imports`. */
import { dirname, join, posix } from 'node:path';
import { readJson } from '../nx/nx';

/** Returns the text that the star matches: empty for an equal pattern without a star, undefined for no match. */
export function starOf(pattern: string, text: string): string | undefined {
  const [before = '', after, more] = pattern.split('*');
  if (after === undefined) return pattern === text ? '' : undefined;
  const fits =
    more === undefined &&
    text.startsWith(before) &&
    text.endsWith(after) &&
    text.length >= pattern.length - 1;
  return fits ? text.slice(before.length, text.length - after.length) : undefined;
}

interface Tsconfig {
  extends?: string | string[];
  compilerOptions?: { baseUrl?: string; paths?: Record<string, string[]> };
}

/** The mappings of all tsconfig files above a module: it is unknown which one its loader uses. */
export class Mappings {
  readonly #workspace: string;
  readonly #files: ReadonlyMap<string, string>;
  readonly #read = new Map<string, Tsconfig>();
  readonly #around = new Map<string, string[]>();

  /** @param files the workspace's files, from its root */
  constructor(workspace: string, files: ReadonlyMap<string, string>) {
    this.#workspace = workspace;
    this.#files = files;
  }

  /** Paths from the workspace's root, with extension or without. */
  of(specifier: string, from: string): string[] {
    return this.#configs(dirname(from)).flatMap((config) => {
      const { baseUrl, paths = {} } = this.#json(config).compilerOptions ?? {};
      const base = posix.join(dirname(config), baseUrl ?? '.');
      const mapped = Object.entries(paths).flatMap(([pattern, targets]) => {
        const star = starOf(pattern, specifier);
        return star === undefined ? [] : targets.map((target) => posix.join(base, target.replace('*', star)));
      });
      return baseUrl === undefined ? mapped : [...mapped, posix.join(base, specifier)];
    });
  }

  #configs(folder: string): string[] {
    let configs = this.#around.get(folder);
    if (!configs) {
      const found = new Set<string>();
      this.#add(posix.join(folder, 'tsconfig.json'), found);
      const outer = folder === '.' ? ['tsconfig.base.json'] : this.#configs(posix.dirname(folder));
      for (const config of outer) this.#add(config, found);
      configs = [...found];
      this.#around.set(folder, configs);
    }
    return configs;
  }

  /** Adds a tsconfig and those that it extends, if they are in the workspace. */
  #add(config: string, found: Set<string>): void {
    if (found.has(config) || !this.#files.has(config)) return;
    found.add(config);
    for (const parent of [this.#json(config).extends ?? []].flat()) {
      const path = posix.join(dirname(config), parent);
      if (parent.startsWith('.'))
        for (const file of [path, `${path}.json`, posix.join(path, 'tsconfig.json')]) this.#add(file, found);
    }
  }

  #json(config: string): Tsconfig {
    let json = this.#read.get(config);
    if (!json) {
      json = tsconfig(join(this.#workspace, config));
      this.#read.set(config, json);
    }
    return json;
  }
}

function tsconfig(path: string): Tsconfig {
  try {
    return readJson<Tsconfig>(path) ?? {};
  } catch {
    // The file is half-written: compiling reports it.
    return {};
  }
}
