/**
 * Resolves an import under custom conditions, where they make a difference: Node takes conditions only when a process
 * starts. As with TypeScript, a target that does not exist is passed over: a published package may lack its sources.
 */
import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, extname, join, sep } from 'node:path';
import { conditionsOfNode } from './conditions';
import { mappedTargets, mentions } from './package-map';
import { packageOf } from './packages/names';

type Manifest = Record<string, unknown>;
export type By = 'import' | 'require';

/** `./x.js` is written for `./x.ts`. */
const WRITTEN: Record<string, string[]> = {
  '.js': ['.ts', '.tsx'],
  '.jsx': ['.tsx', '.ts'],
  '.mjs': ['.mts'],
  '.cjs': ['.cts'],
};
const SOURCE = /\.[cm]?tsx?$/;

export class Conditioned {
  readonly #custom: ReadonlySet<string>;
  readonly #manifests = new Map<string, Manifest | undefined>();
  readonly #known = new Map<string, string | undefined>();

  constructor(custom: readonly string[]) {
    this.#custom = new Set(custom);
  }

  /** Returns undefined when the conditions do not matter: Node's own answer is then right. */
  resolve(request: string, importer: string, by: By): string | undefined {
    const folder = dirname(importer);
    const key = `${by}\0${folder}\0${request}`;
    if (!this.#known.has(key)) this.#known.set(key, this.#resolve(request, folder, by));
    return this.#known.get(key);
  }

  /** Whether `import()` of a package leads to TypeScript, which only an ES loader of its own can read. */
  isSource(request: string, importer: string): boolean {
    const found = this.resolve(request, importer, 'import');
    if (found !== undefined) return SOURCE.test(found);
    if (request.startsWith('#') || isBuiltin(request)) return false;
    const place = this.#find(packageOf(request) ?? '', dirname(importer));
    if (!place || place.folder.split(sep).includes('node_modules')) return false;
    const path = `.${request.slice(place.name.length)}`;
    const { exports, main } = place.manifest;
    const entries =
      exports === undefined ? [path === '.' ? main : path] : this.#targets(exports, path, 'import');
    const [entry] = entries;
    if (typeof entry !== 'string') return existsSync(join(place.folder, 'index.ts'));
    return SOURCE.test(existing(join(place.folder, entry)) ?? entry);
  }

  #resolve(request: string, folder: string, by: By): string | undefined {
    if (request.startsWith('#')) return this.#inner(request, folder, by);
    const name = packageOf(request);
    if (name === undefined || isBuiltin(request)) return undefined;
    const place = this.#find(name, folder);
    if (!place || !mentions(place.manifest.exports, this.#custom)) return undefined;
    const [target] = this.#targets(place.manifest.exports, `.${request.slice(name.length)}`, by);
    return target === undefined ? undefined : existing(join(place.folder, target));
  }

  /** `#lib/x`, as the nearest package.json maps it: to its own file or to a package. */
  #inner(request: string, from: string, by: By): string | undefined {
    for (let folder = from; ; folder = dirname(folder)) {
      const manifest = this.#manifest(folder);
      if (manifest) {
        const known = mentions(manifest.imports, this.#custom);
        const [target] = mappedTargets(manifest.imports, request, this.#says(by));
        if (target === undefined || target.startsWith('#')) return undefined;
        // A package may have conditions of its own.
        if (!target.startsWith('.')) return this.#resolve(target, folder, by);
        return known ? existing(join(folder, target)) : undefined;
      }
      if (dirname(folder) === folder) return undefined;
    }
  }

  #targets(field: unknown, path: string, by: By): string[] {
    return mappedTargets(field, path, this.#says(by));
  }

  #says(by: By): (condition: string) => boolean {
    const held = new Set([by, 'node', 'node-addons', ...this.#custom, ...conditionsOfNode()]);
    if ((process.features as { require_module?: boolean }).require_module) held.add('module-sync');
    return (condition) => held.has(condition);
  }

  /** The package of this name as code in a folder sees it, which may be the one that the folder is in. */
  #find(name: string, from: string): { name: string; folder: string; manifest: Manifest } | undefined {
    let own = true;
    for (let folder = from; ; folder = dirname(folder)) {
      const around = own ? this.#manifest(folder) : undefined;
      if (around) {
        own = false;
        if (around.name === name && around.exports !== undefined) return { name, folder, manifest: around };
      }
      const place = join(folder, 'node_modules', name);
      const manifest = this.#manifest(place);
      if (manifest) return { name, folder: realpathSync(place), manifest };
      if (dirname(folder) === folder) return undefined;
    }
  }

  #manifest(folder: string): Manifest | undefined {
    if (!this.#manifests.has(folder)) this.#manifests.set(folder, readManifest(folder));
    return this.#manifests.get(folder);
  }
}

function readManifest(folder: string): Manifest | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  } catch {
    return undefined;
  }
}

/** The file of a target, or the TypeScript file that it is written for. */
function existing(target: string): string | undefined {
  const end = extname(target);
  const stem = target.slice(0, target.length - end.length);
  const candidates = [target, ...(WRITTEN[end] ?? []).map((other) => stem + other)];
  const found = candidates.find(isFile);
  return found === undefined ? undefined : realpathSync(found);
}

function isFile(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
  } catch {
    // A path through a file.
    return false;
  }
}
