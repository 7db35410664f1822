/** The tsconfig files that may decide how a file is compiled and where its imports lead. */
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { starOf } from '../package-map';
import { extendedConfigs, governingConfig } from '../tsconfig';
import type { Sources } from './host';

export class Tsconfigs {
  readonly #sources: Sources;
  readonly #root: string;
  readonly #more: readonly string[];
  readonly #chains = new Map<string, string[]>();

  /** @param more tsconfig files that are named elsewhere, such as by `TSX_TSCONFIG_PATH` */
  constructor(sources: Sources, root: string, more: readonly string[]) {
    this.#sources = sources;
    this.#root = root;
    this.#more = more;
  }

  /** The tsconfig files of the folders above a file and of the workspace, and all that they extend. */
  of(file: string): string[] {
    const folder = dirname(file);
    let chain = this.#chains.get(folder);
    if (!chain) {
      const found = new Set<string>();
      for (const config of this.#more) this.#add(resolve(this.#root, config), found);
      const own = join(this.#root, 'tsconfig.json');
      this.#add(this.#sources.has(own) ? own : join(this.#root, 'tsconfig.base.json'), found);
      for (let at = folder; isInside(at, this.#root) && at !== this.#root; at = dirname(at))
        this.#add(join(at, 'tsconfig.json'), found);
      // A project may be reached by references alone.
      const governing = governingConfig(file, this.#root, this.#sources);
      if (governing !== undefined) this.#add(governing, found);
      chain = [...found];
      this.#chains.set(folder, chain);
    }
    return chain;
  }

  /** Where `paths` and `baseUrl` may send an import: paths without extension, or with. */
  mapped(specifier: string, from: string): string[] {
    return this.of(from).flatMap((config) => {
      const options = this.#sources.json(config)?.compilerOptions as
        | { paths?: Record<string, string[]>; baseUrl?: string }
        | undefined;
      const base = resolve(dirname(config), options?.baseUrl ?? '.');
      const found = options?.baseUrl === undefined ? [] : [join(base, specifier)];
      for (const [pattern, targets] of Object.entries(options?.paths ?? {})) {
        const star = starOf(pattern, specifier);
        if (star !== undefined)
          for (const target of targets) found.push(resolve(base, target.replace('*', star)));
      }
      return found;
    });
  }

  #add(config: string, found: Set<string>): void {
    if (!this.#sources.has(config)) return;
    for (const file of extendedConfigs(config, this.#sources)) found.add(file);
  }
}

function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === '' || (!way.startsWith('..') && !isAbsolute(way));
}
