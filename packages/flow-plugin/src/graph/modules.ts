/** Where specifiers lead inside the workspace: relative ones, names of its packages, tsconfig's paths. */
import { dirname, join, posix } from 'node:path';
import { readJson } from './nx';

const EXTENSIONS = ['', '.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs', '.json'];

export class Modules {
  readonly #files: ReadonlyMap<string, string>;
  readonly #packages = new Map<string, string>();
  readonly #paths: [pattern: string, targets: string[]][];

  /** @param files Those of the workspace, from its root. */
  constructor(workspace: string, files: ReadonlyMap<string, string>, projects: { root: string }[]) {
    this.#files = files;
    for (const { root } of projects) {
      const manifest = posix.join(root, 'package.json');
      const name = files.has(manifest) ? nameIn(join(workspace, manifest)) : undefined;
      if (name !== undefined) this.#packages.set(name, manifest);
    }
    this.#paths = pathsOf(workspace);
  }

  /** A file of the workspace; of a package, its manifest. */
  find(specifier: string, from: string): string | undefined {
    if (specifier.startsWith('.')) return this.#file(posix.join(dirname(from), specifier));
    for (const [pattern, targets] of this.#paths) {
      const rest = matched(pattern, specifier);
      if (rest === undefined) continue;
      for (const target of targets) {
        const file = this.#file(posix.normalize(target.replace('*', rest)));
        if (file !== undefined) return file;
      }
    }
    return this.#packages.get(packageName(specifier));
  }

  #file(path: string): string | undefined {
    // `./x.js` may be written for `./x.ts`, and a folder for its index.
    const source = path.replace(/\.([cm]?)js(x?)$/, '.$1ts$2');
    const candidates = [path, source, posix.join(path, 'index')].flatMap((base) =>
      EXTENSIONS.map((extension) => base + extension),
    );
    return candidates.find((candidate) => this.#files.has(candidate));
  }
}

export function packageName(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function nameIn(manifest: string): string | undefined {
  try {
    return readJson<{ name?: string }>(manifest).name;
  } catch {
    return undefined;
  }
}

interface Tsconfig {
  compilerOptions?: { baseUrl?: string; paths?: Record<string, string[]> };
}

function pathsOf(workspace: string): [string, string[]][] {
  for (const name of ['tsconfig.base.json', 'tsconfig.json']) {
    try {
      const { compilerOptions } = readJson<Tsconfig>(join(workspace, name));
      const base = compilerOptions?.baseUrl ?? '.';
      return Object.entries(compilerOptions?.paths ?? {}).map(([pattern, targets]) => [
        pattern,
        targets.map((target) => posix.join(base, target)),
      ]);
    } catch {
      // The next one.
    }
  }
  return [];
}

/** What stands for the star; empty where the pattern has none and is the specifier. */
function matched(pattern: string, specifier: string): string | undefined {
  const star = pattern.indexOf('*');
  if (star < 0) return pattern === specifier ? '' : undefined;
  const [before, after] = [pattern.slice(0, star), pattern.slice(star + 1)];
  const fits =
    specifier.startsWith(before) &&
    specifier.endsWith(after) &&
    specifier.length >= before.length + after.length;
  return fits ? specifier.slice(before.length, specifier.length - after.length) : undefined;
}
