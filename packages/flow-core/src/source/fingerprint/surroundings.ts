/** What code depends on besides code: packages, data, tsconfigs, the kind of its package, what JSX becomes. */
import { dirname, join, relative, sep } from 'node:path';
import { hash } from './hash';
import type { Sources } from './host';
import { ENGINE } from './module';
import type { Modules } from './modules';
import type { Package, Packages } from './packages';
import type { Parts } from './parts';
import type { Target } from './resolve';
import type { Tsconfigs } from './tsconfig';

export interface Surroundings {
  modules: Modules;
  sources: Sources;
  packages: Packages;
  tsconfigs: Tsconfigs;
  /** The workspace: files are named from there. */
  root: string;
  /** Files by the names that they have there, as they are needed. */
  paths: Map<string, string>;
}

const LOCKS = ['package-lock.json', 'pnpm-lock.yaml', 'yarn.lock', 'bun.lock', 'bun.lockb', '.pnp.cjs'];

export class SurroundingParts {
  readonly #around: Surroundings;
  readonly #parts: Parts;
  /** What was added already. */
  readonly #seen: Set<string>;

  constructor(around: Surroundings, parts: Parts, base?: SurroundingParts) {
    this.#around = around;
    this.#parts = parts;
    this.#seen = new Set(base ? base.#seen : undefined);
  }

  /** True the first time. */
  first(key: string): boolean {
    if (this.#seen.has(key)) return false;
    this.#seen.add(key);
    return true;
  }

  /** What decides how a file of code is read: its tsconfigs, and the kind of its package. */
  file(file: string): void {
    if (!this.first(file)) return;
    const { sources, tsconfigs } = this.#around;
    for (const config of tsconfigs.of(file)) {
      if (!this.first(config)) continue;
      const text = JSON.stringify(sources.json(config)) ?? sources.text(config);
      this.#parts.add('tsconfig', pathOf(this.#around, config), hash(text ?? ''));
    }
    for (let folder = dirname(file); ; folder = dirname(folder)) {
      const place = join(folder, 'package.json');
      const manifest = sources.json(place);
      if (manifest && this.first(place)) {
        const { type, main, module, exports, imports } = manifest;
        const name = pathOf(this.#around, place);
        this.#parts.add('scope', name, String(type ?? 'commonjs'));
        // Conditions and their order decide which of its files the package gives.
        const gives = JSON.stringify({ main, module, exports, imports });
        if (gives !== '{}') this.#parts.add('exports', name, hash(gives));
      }
      if (manifest || dirname(folder) === folder) return;
    }
  }

  /** Adds an import that is not a module. */
  target(target: Exclude<Target, { kind: 'module' }>): void {
    switch (target.kind) {
      case 'data': {
        const { sources } = this.#around;
        if (this.first(target.file))
          this.#parts.add('data', pathOf(this.#around, target.file), hash(sources.read(target.file) ?? ''));
        return;
      }
      case 'package':
        this.package(target.found);
        return;
      case 'missing':
        this.#missing(target.specifier);
        return;
      case 'host':
        if (/^(node:)?(module|worker_threads)$/.test(target.name) && this.first(target.name))
          this.#parts.add('open', target.name, '');
    }
  }

  package(found: Package): void {
    if (!this.first(found.folder)) return;
    for (const [name, version] of this.#around.packages.needed(found)) {
      if (name !== ENGINE && !this.#parts.has('package', name, version))
        this.#parts.add('package', name, version);
    }
  }

  /** Adds a package that cannot be found on disk. The lock files show whether it changed. */
  #missing(specifier: string): void {
    if (!this.first(`missing ${specifier}`)) return;
    const { sources, root } = this.#around;
    const locks = LOCKS.map((name) => sources.read(join(root, name))).map((bytes) =>
      bytes ? hash(bytes) : '',
    );
    this.#parts.add('missing', specifier, hash(locks.join()));
  }

  /** The packages whose functions the compiler puts in place of JSX. No import names them. */
  jsxSources(file: string, text: string): string[] {
    const { sources, tsconfigs } = this.#around;
    const named = [...text.matchAll(/@jsxImportSource[ \t]+([^\s*]+)/g)].map((match) => match[1] as string);
    for (const config of tsconfigs.of(file)) {
      const options = sources.json(config)?.compilerOptions as { jsxImportSource?: string } | undefined;
      if (options?.jsxImportSource) named.push(options.jsxImportSource);
    }
    return [...new Set([...named, 'react'])];
  }
}

/** A file as the workspace names it. */
export function pathOf({ root, paths }: Surroundings, file: string): string {
  let path = paths.get(file);
  if (path === undefined) {
    path = relative(root, file).split(sep).join('/');
    paths.set(file, path);
  }
  return path;
}
