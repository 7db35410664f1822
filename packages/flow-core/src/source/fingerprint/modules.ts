/** All modules that a flow file loads, and what only all of them together show: handles, flows, order, effects. */
import { dirname, isAbsolute, join } from 'node:path';
import { FlowError } from '../../definition/errors';
import { customConditions } from '../conditions';
import type { Sources } from './host';
import { factsOf, type Import, type Module, type Site, type Unit } from './module';
import { type Package, Packages } from './packages';
import { readModule } from './read-module';
import { Resolver, type Target } from './resolve';
import { Tsconfigs } from './tsconfig';

/** What a name in a module means, and the name that it has where it is declared. */
export type Meaning = { file: string; unit: Unit; name: string } | { target: Target; name: string };

interface Loaded {
  order: (string | Package)[];
  tricky: boolean;
}

/** @param root The workspace. */
export function modulesOf(file: string, root: string, sources: Sources): Modules {
  return surroundingsOf(file, root, sources).modules;
}

/** The modules, and what their imports are resolved with. */
export function surroundingsOf(
  file: string,
  root: string,
  sources: Sources,
  loaded?: readonly string[],
): { modules: Modules; packages: Packages; tsconfigs: Tsconfigs; resolver: Resolver; root: string } {
  const real = sources.realpath(root);
  const entry = sources.realpath(file);
  const packages = new Packages(sources);
  const tsconfigs = new Tsconfigs(sources, real, [process.env.TSX_TSCONFIG_PATH || []].flat());
  const resolver = new Resolver(sources, packages, tsconfigs, {
    custom: customConditions(entry, real, sources),
    ...(loaded ? { loaded: new Set(loaded) } : {}),
  });
  const modules = new Modules(entry, real, sources, packages, resolver);
  return { modules, packages, tsconfigs, resolver, root: real };
}

export class Modules {
  readonly entry: string;
  /** The workspace. */
  readonly #root: string;
  readonly #sources: Sources;
  readonly #packages: Packages;
  readonly #resolver: Resolver;
  readonly #modules = new Map<string, Module>();
  readonly #effects = new Map<Unit, boolean>();
  /** Whether loading a file and all that it imports has an effect. */
  readonly #active = new Map<string, boolean>();
  readonly #flows = new Map<Site, string | undefined>();
  /** Packages that are imported for what loading them does. */
  readonly #bare = new Set<string>();
  #loaded: Loaded | undefined;

  constructor(entry: string, root: string, sources: Sources, packages: Packages, resolver: Resolver) {
    this.entry = entry;
    this.#root = root;
    this.#sources = sources;
    this.#packages = packages;
    this.#resolver = resolver;
  }

  /** @throws FlowError FLOW_SYNTAX, FLOW_IMPORT for a file that cannot be read */
  module(file: string): Module {
    let module = this.#modules.get(file);
    if (!module) {
      const text = this.#sources.text(file);
      if (text === undefined) throw new FlowError('FLOW_IMPORT', `${file} cannot be read.`);
      module = readModule(file, text);
      this.#modules.set(file, module);
    }
    return module;
  }

  resolve(specifier: string, from: string): Target[] {
    return this.#resolver.resolve(specifier, from);
  }

  /**
   * Files that a path in a module's strings may mean. It may be relative to the module's folder or to any folder
   * above, since the process that starts or reads the file may have any working directory.
   */
  mentioned(path: string, from: string): string[] {
    const folders = isAbsolute(path) ? [''] : foldersAround(from, this.#root);
    const files = folders.map((folder) => join(folder, path)).filter((file) => this.#sources.has(file));
    return [...new Set(files.map((file) => this.#sources.realpath(file)))];
  }

  /** The modules and packages that are loaded before the flow exists, in loading order. */
  get order(): readonly (string | Package)[] {
    return this.#load().order;
  }

  /** What a module loads, itself last. */
  orderOf(file: string): (string | Package)[] {
    const order: (string | Package)[] = [];
    const seen = new Set<string>();
    const enter = (at: string) => {
      if (seen.has(at)) return;
      seen.add(at);
      for (const source of this.module(at).sources) {
        for (const target of this.resolve(source, at)) {
          if (target.kind === 'module') enter(target.file);
          if (target.kind !== 'package') continue;
          const { found } = target;
          if (this.module(at).bare.has(source)) this.#bare.add(found.folder);
          if (!seen.has(found.folder)) order.push(found);
          seen.add(found.folder);
        }
      }
      order.push(at);
    };
    enter(file);
    return order;
  }

  /** Whether a unit does something while its module is loaded. */
  isEffect(file: string, unit: Unit): boolean {
    let effect = this.#effects.get(unit);
    if (effect === undefined) {
      effect =
        unit.effect === true ||
        (unit.effect === 'reading' && this.#load().tricky) ||
        unit.sites.some((site) => this.flowOf(file, site) === undefined);
      this.#effects.set(unit, effect);
    }
    return effect;
  }

  /**
   * The specifiers from which a module imports a value and whose loading has an effect. An import of types alone
   * is erased and loads nothing.
   */
  loadedBy(file: string): string[] {
    const { imports, units, exports, bare } = this.module(file);
    const used = new Set(units.flatMap((unit) => factsOf(unit).flatMap(({ refs }) => [...refs])));
    for (const found of exports.values()) if ('local' in found) used.add(found.local);
    const sources = [...imports].flatMap(([local, { source }]) => (used.has(local) ? source : []));
    return [...new Set(sources)].filter((source) => !bare.has(source) && this.#isActive(source, file));
  }

  #isActive(source: string, from: string): boolean {
    return this.resolve(source, from).some((target) => {
      if (target.kind === 'package') return this.mayChange(target.found);
      if (target.kind !== 'module') return false;
      let active = this.#active.get(target.file);
      if (active === undefined) {
        active = this.orderOf(target.file).some((at) =>
          typeof at === 'string'
            ? this.module(at).units.some((unit) => this.isEffect(at, unit))
            : this.mayChange(at),
        );
        this.#active.set(target.file, active);
      }
      return active;
    });
  }

  /** A package whose loading may change what others see. */
  mayChange(found: Package): boolean {
    return this.#bare.has(found.folder) || !this.#packages.isInert(found);
  }

  /** The name of the flow that a step is declared on. Undefined when its variable holds something else. */
  flowOf(file: string, site: Site): string | undefined {
    if (!this.#flows.has(site)) {
      const meanings = this.meanings(file, site.call.owner);
      const names = new Set(meanings.map((m) => ('unit' in m ? m.unit.flow?.name : undefined)));
      this.#flows.set(site, names.size === 1 ? [...names][0] : undefined);
    }
    return this.#flows.get(site);
  }

  /** The step behind a variable, if it is a handle and nothing else. */
  stepOf(file: string, variable: string): { file: string; site: Site } | undefined {
    const [meaning, ...more] = this.meanings(file, variable);
    if (!meaning || more.length > 0 || !('unit' in meaning) || !meaning.unit.handle) return undefined;
    return { file: meaning.file, site: meaning.unit.handle };
  }

  /** What a name means in a module: a declaration or an import. A global has no meaning. */
  meanings(file: string, name: string): Meaning[] {
    const module = this.module(file);
    const units = module.declared.get(name);
    if (units) return units.map((unit) => ({ file, unit, name }));
    const given = module.imports.get(name);
    return given ? this.#imported(file, given, new Set()) : [];
  }

  /** What a module exports under a name. Undefined when that cannot be decided: then the whole module counts. */
  exported(file: string, name: string, seen = new Set<string>()): Meaning[] | undefined {
    const key = `${file}\0${name}`;
    if (name === '*' || seen.has(key)) return undefined;
    seen.add(key);
    const module = this.module(file);
    const found = module.exports.get(name);
    if (found) {
      if ('unit' in found) return [{ file, unit: found.unit, name }];
      if ('source' in found) return this.#imported(file, found, seen);
      const units = module.declared.get(found.local);
      if (units) return units.map((unit) => ({ file, unit, name: found.local }));
      const given = module.imports.get(found.local);
      return given && this.#imported(file, given, seen);
    }
    if (name === 'default') return undefined;
    const through: Meaning[] = [];
    let certain = false;
    for (const source of module.stars) {
      for (const target of this.resolve(source, file)) {
        const given = target.kind === 'module' ? this.exported(target.file, name, seen) : undefined;
        if (given) certain = true;
        if (given) through.push(...given);
        else if (target.kind !== 'module') through.push({ target, name });
      }
    }
    return certain ? through : undefined;
  }

  #imported(file: string, { source, name }: Import, seen: Set<string>): Meaning[] {
    return this.resolve(source, file).flatMap((target): Meaning[] => {
      const given = target.kind === 'module' ? this.exported(target.file, name, seen) : undefined;
      return given ?? [{ target, name }];
    });
  }

  #load(): Loaded {
    if (!this.#loaded) {
      const order = this.orderOf(this.entry);
      const tricky = order.some((at) => typeof at === 'string' && this.module(at).tricky);
      this.#loaded = { order, tricky };
    }
    return this.#loaded;
  }
}

/** The folders from a file's own up to the workspace. For a file outside, its own folder and the workspace. */
function foldersAround(file: string, root: string): string[] {
  const folders: string[] = [];
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    folders.push(folder);
    if (folder === root) return folders;
    if (dirname(folder) === folder) return [dirname(file), root];
  }
}
