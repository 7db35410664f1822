/**
 * Resolves imports. Loaders do not agree, and some conditions depend on the importer. So every possible target is
 * returned, and all of them count. Conditions that never hold for the flow's project do not.
 */
import { builtinModules } from 'node:module';
import { dirname, extname, isAbsolute, join, resolve } from 'node:path';
import { conditionTest } from '../conditions';
import { type ConditionTest, mappedTargets } from '../package-map';
import type { Sources } from './host';
import { ENGINE } from './module';
import { type Package, type Packages, splitName } from './packages';
import type { Tsconfigs } from './tsconfig';

export type Target =
  | { kind: 'module'; file: string }
  /** JSON and other files that are not code. */
  | { kind: 'data'; file: string }
  | { kind: 'package'; found: Package }
  /** A module of Node, or the engine. Their versions count anyway. */
  | { kind: 'host'; name: string }
  | { kind: 'missing'; specifier: string };

const CODE = ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs'];

/** `./x.js` is written for `./x.ts`. */
const WRITTEN: Record<string, string[]> = {
  '.js': ['.ts', '.tsx'],
  '.jsx': ['.tsx', '.ts'],
  '.mjs': ['.mts'],
  '.cjs': ['.cts'],
};
const BUILTIN = new Set(builtinModules);

/** How packages are resolved. */
export interface Conditions {
  /** `customConditions` of the flow's project. */
  custom: readonly string[];
  /** Files that a test runner has loaded by its own rules. What it took instead of another file counts. */
  loaded?: ReadonlySet<string>;
}

const ANY: ConditionTest = (condition) => (condition === 'types' ? false : undefined);

export class Resolver {
  /** What holds, the first that leads to a file. Without its sources, a package gives what was built. */
  readonly #conditions: ConditionTest[];
  readonly #loaded: ReadonlySet<string> | undefined;
  readonly #sources: Sources;
  readonly #packages: Packages;
  readonly #tsconfigs: Tsconfigs;
  readonly #known = new Map<string, Target[]>();

  constructor(sources: Sources, packages: Packages, tsconfigs: Tsconfigs, conditions: Conditions) {
    const { custom, loaded } = conditions;
    this.#conditions = custom.length > 0 ? [conditionTest(custom), conditionTest([])] : [conditionTest([])];
    this.#loaded = loaded;
    this.#sources = sources;
    this.#packages = packages;
    this.#tsconfigs = tsconfigs;
  }

  resolve(specifier: string, from: string): Target[] {
    const key = `${dirname(from)}\0${specifier}`;
    let targets = this.#known.get(key);
    if (!targets) {
      targets = spellings(specifier).flatMap((spelling) => this.#resolve(spelling, from));
      if (targets.length === 0) targets = [{ kind: 'missing', specifier }];
      this.#known.set(key, targets);
    }
    return targets;
  }

  /** The files that a package of the workspace gives for an import, where none of them is there. */
  missing(specifier: string, from: string): string[] {
    const { name, path } = splitName(specifier);
    if (/^[./#]|^\w+:/.test(specifier) || BUILTIN.has(name) || name === ENGINE) return [];
    const found = this.#packages.find(name, dirname(from));
    if (!found || found.installed || this.resolve(specifier, from).some(({ kind }) => kind !== 'missing'))
      return [];
    return this.#packages.entries(found, path, this.#conditions.at(-1) as ConditionTest);
  }

  #resolve(specifier: string, from: string): Target[] {
    const folder = dirname(from);
    if (specifier.startsWith('file:')) return this.#files([decodeURIComponent(new URL(specifier).pathname)]);
    if (/^\.\.?($|\/)/.test(specifier) || isAbsolute(specifier))
      return this.#files([resolve(folder, specifier)]);
    if (specifier.startsWith('node:')) return [{ kind: 'host', name: specifier }];
    const { name, path } = splitName(specifier);
    if (name === ENGINE) return [{ kind: 'host', name }];
    const mapped = this.#files(this.#tsconfigs.mapped(specifier, from));
    if (specifier.startsWith('#')) {
      // The path may name a package.
      const inner = this.#chosen((holds) =>
        this.#subpaths(specifier, folder, holds).flatMap((target) => this.#resolve(target, from)),
      );
      return [...mapped, ...inner];
    }
    const found = this.#packages.find(name, folder);
    if (!found) return BUILTIN.has(name) ? [...mapped, { kind: 'host', name: specifier }] : mapped;
    if (found.installed) return [...mapped, { kind: 'package', found }];
    const entries = this.#chosen((holds) => this.#files(this.#packages.entries(found, path, holds)));
    return [...mapped, ...entries];
  }

  /** The targets by what a test runner has loaded, or by the conditions. */
  #chosen(targets: (holds: ConditionTest) => Target[]): Target[] {
    const taken = this.#loaded
      ? targets(ANY).filter((target) => target.kind === 'module' && this.#loaded?.has(target.file))
      : [];
    if (taken.length > 0) return taken;
    for (const holds of this.#conditions) {
      const found = targets(holds);
      if (found.length > 0) return found;
    }
    return [];
  }

  /** `#lib/x`, as the nearest package.json maps it; a path in it counts from there. */
  #subpaths(specifier: string, from: string, holds: ConditionTest): string[] {
    for (let folder = from; ; folder = dirname(folder)) {
      const manifest = this.#sources.json(join(folder, 'package.json'));
      if (manifest)
        return mappedTargets(manifest.imports, specifier, holds).map((target) =>
          target.startsWith('.') ? join(folder, target) : target,
        );
      if (dirname(folder) === folder) return [];
    }
  }

  #files(paths: readonly string[]): Target[] {
    const files = new Set<string>();
    for (const path of paths) {
      const candidates = this.#candidates(path);
      const code = candidates.filter((file) => CODE.includes(extname(file)) && this.#sources.has(file));
      const data = code.length > 0 ? undefined : candidates.find((file) => this.#sources.has(file));
      for (const file of data === undefined ? code : [data]) files.add(this.#sources.realpath(file));
    }
    return [...files].map((file) => ({ kind: CODE.includes(extname(file)) ? 'module' : 'data', file }));
  }

  #candidates(path: string): string[] {
    const end = extname(path);
    const stem = path.slice(0, path.length - end.length);
    const endings = [...CODE, '.json', '.node'];
    const { main } = this.#sources.json(join(path, 'package.json')) ?? {};
    const mains = typeof main === 'string' ? [join(path, main).replace(/\.\w+$/, '')] : [];
    const folders = [...mains, path];
    return [
      ...(WRITTEN[end] ?? []).map((other) => stem + other),
      ...(end === '' ? [] : [path]),
      ...endings.map((ending) => path + ending),
      ...mains.flatMap((file) => endings.map((ending) => file + ending)),
      ...folders.flatMap((folder) => endings.map((ending) => join(folder, `index${ending}`))),
      ...(end === '' ? [path] : []),
    ];
  }
}

/** `import` reads a specifier as a URL with a query, a fragment and escapes; `require` reads it as a name. */
function spellings(specifier: string): string[] {
  const plain = specifier.replace(/\?.*$/, '');
  const url = plain.replace(/(?!^)#.*$/, '');
  return [...new Set([plain, url, decoded(url)])];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
