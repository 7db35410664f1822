/**
 * Walks from a step to all that it depends on: its own code, bindings, modules, data, packages, as named parts.
 * Long, because it is one walk with one state: what was visited decides what is visited next.
 */
import { sep } from 'node:path';
import { FlowError } from '../../definition/errors';
import { Lines } from '../ast';
import type { HandleUse } from '../step-call';
import { hash } from './hash';
import { ENGINE, type Site, type Unit } from './module';
import type { NormalForm } from './normal-form';
import type { Package } from './packages';
import { type Part, type PartKind, Parts } from './parts';
import type { Target } from './resolve';
import { pathOf, SurroundingParts, type Surroundings } from './surroundings';

/** What a step may read that its code does not show. */
export interface Reads {
  /** Who executes it, and in which namespace: by `current`. */
  user?: true;
  /** Runs of other flows, by `client()`. */
  runs?: true;
  /** Such runs, in other stores than the workspace's own. */
  stores?: true;
}

export class Dependencies {
  readonly #around: Surroundings;
  readonly #parts: Parts;
  readonly #ground: SurroundingParts;
  readonly #units: Set<Unit>;
  readonly #sites: Set<Site>;
  readonly #whole: Set<string>;
  /** Those of {@link NormalForm}, and `client`. */
  readonly #words: Set<string>;

  /** @param base What every step depends on. The walk does not visit it again. */
  constructor(around: Surroundings, base?: Dependencies) {
    this.#around = around;
    this.#parts = new Parts(base ? base.#parts : undefined);
    this.#ground = new SurroundingParts(around, this.#parts, base ? base.#ground : undefined);
    this.#units = new Set(base ? base.#units : undefined);
    this.#sites = new Set(base ? base.#sites : undefined);
    this.#whole = new Set(base ? base.#whole : undefined);
    this.#words = new Set(base ? base.#words : undefined);
  }

  reads(): Reads {
    const has = (...words: string[]) => words.every((word) => this.#words.has(word));
    return {
      ...(has('current') ? { user: true } : {}),
      ...(has('client') ? { runs: true } : {}),
      ...(has('client', 'store') ? { stores: true } : {}),
    };
  }

  parts(): Part[] {
    return this.#parts.list();
  }

  add(kind: PartKind, name: string, value: string): void {
    this.#parts.add(kind, name, value);
  }

  /** What loading a module does, and what loading all that it loads does. */
  load(order: readonly (string | Package)[]): void {
    const { modules } = this.#around;
    for (const at of order) {
      if (typeof at !== 'string') {
        if (modules.mayChange(at)) this.#ground.package(at);
        continue;
      }
      const { sources, units } = modules.module(at);
      for (const source of sources) {
        for (const target of modules.resolve(source, at)) if (target.kind === 'missing') this.#target(target);
      }
      for (const unit of units) if (modules.isEffect(at, unit)) this.unit(at, unit);
      for (const source of modules.loadedBy(at)) this.add('import', `${this.#path(at)}: ${source}`, 'loaded');
    }
  }

  /** The order in which modules are evaluated. It counts as soon as loading one of them has an effect. */
  order(): void {
    const { modules } = this.#around;
    const names: string[] = [];
    let effects = 0;
    for (const at of modules.order) {
      if (typeof at !== 'string') {
        if (!modules.mayChange(at)) continue;
        effects++;
        names.push(at.name);
        continue;
      }
      for (const unit of modules.module(at).units) {
        if (unit.kind === 'function' || !this.#units.has(unit)) continue;
        const effect = modules.isEffect(at, unit);
        if (effect) effects++;
        const name = effect || unit.names.length === 0 ? textHash(unit.facts) : unit.names.join();
        names.push(`${this.#path(at)} ${name}`);
      }
    }
    if (effects > 0 && names.length > 1) this.add('order', '', hash(names.join('\n')));
  }

  /** Adds all of a module. Used when its parts cannot be separated. */
  whole(file: string): void {
    if (this.#whole.has(file)) return;
    this.#whole.add(file);
    const { modules } = this.#around;
    const { units, imports, stars, sources, exports, text } = modules.module(file);
    this.#ground.file(file);
    for (const unit of units) this.unit(file, unit);
    for (const local of imports.keys()) this.#name(file, local);
    if (stars.includes(ENGINE)) this.#words.add('client');
    for (const found of exports.values())
      if ('source' in found && found.source === ENGINE) this.#engine(file, found.name);
    const through = [...exports.values()].flatMap((found) => ('source' in found ? [found.source] : []));
    for (const source of [...through, ...stars])
      for (const target of modules.resolve(source, file)) this.#target(target);
    const shape = units.map(({ names, facts }) => (names.length > 0 ? names.join() : textHash(facts)));
    const shown = [...exports].map(([name, found]) => [
      name,
      'unit' in found ? textHash(found.unit.facts) : found,
    ]);
    const pragmas = text.match(/@jsx\w*[ \t]+[^\s*]+/g) ?? [];
    const layout = JSON.stringify([shape, sources, [...imports], shown, pragmas]);
    this.add('load', `${this.#path(file)}: (all of it)`, hash(layout));
  }

  unit(file: string, unit: Unit): void {
    if (this.#units.has(unit)) return;
    this.#units.add(unit);
    this.#ground.file(file);
    const path = this.#path(file);
    const value = textHash(unit.facts);
    const at = this.#at(file, unit.at);
    if (unit.flow) {
      this.#parts.add('flow', unit.flow.name, value, at);
      for (const param of unit.flow.params) this.#parts.add('param', param.name, textHash(param.facts), at);
    } else if (unit.names.length === 0) this.#parts.add('load', path, value, at);
    else {
      const name = `${path}: ${unit.names.join(', ')}${unit.kind === 'function' ? '()' : ''}`;
      this.#parts.add('binding', name, value, at);
    }
    const { written } = this.#around.modules.module(file);
    if (unit.names.some((name) => written.has(name))) this.whole(file);
    for (const site of unit.sites) this.site(file, site);
    const { facts } = unit;
    if (unit.names.join() !== 'require') this.#follow(file, facts);
    else {
      // A `require` from `createRequire` is followed by its calls, not by its name.
      const refs = new Set([...facts.refs].filter((name) => name !== 'createRequire'));
      this.#follow(file, { ...facts, refs });
    }
  }

  /** Adds a step's own code and what it depends on. Handles in `after` are edges: their steps are not followed. */
  site(file: string, site: Site): void {
    if (this.#sites.has(site)) return;
    this.#sites.add(site);
    this.#ground.file(file);
    const at = this.#at(file, site.at);
    if (site.body) this.#parts.add('function', site.name, textHash(site.body), at);
    const steps = site.edges.map(({ use, as }) => [this.#edge(file, use), use.when ?? '', as ?? '']);
    this.#parts.add('options', site.name, hash(JSON.stringify([site.options.text, steps])), at);
    for (const facts of [site.options, site.body]) if (facts) this.#follow(file, facts);
  }

  /** The name of the step that an edge leads to. A variable that holds anything else is followed. */
  #edge(file: string, { variable, call }: HandleUse): string {
    if (variable === undefined) return call?.arguments[0]?.value ?? '';
    const step = this.#around.modules.stepOf(file, variable);
    if (step && this.#around.modules.flowOf(step.file, step.site) !== undefined) return step.site.name;
    this.#name(file, variable);
    return '';
  }

  #follow(file: string, { refs, loads, mentions, open, whole, jsx, words }: NormalForm): void {
    const { modules } = this.#around;
    for (const word of words) this.#words.add(word);
    for (const name of refs) this.#name(file, name);
    if (loads.has(ENGINE)) this.#engine(file, '*');
    for (const specifier of loads)
      for (const target of modules.resolve(specifier, file)) this.#target(target);
    for (const path of mentions) for (const found of modules.mentioned(path, file)) this.#mentioned(found);
    const { text } = modules.module(file);
    for (const offset of open) {
      const near = text.slice(offset, offset + 80).split('\n')[0] as string;
      this.#parts.add('open', `${this.#path(file)}: ${near.trim()}`, '', this.#at(file, offset));
    }
    // Code that is loaded by a computed name may use any loaded module.
    if (open.length > 0) for (const at of modules.order) if (typeof at === 'string') this.whole(at);
    if (whole) this.whole(file);
    if (!jsx) return;
    for (const name of this.#ground.jsxSources(file, text))
      for (const target of modules.resolve(name, file)) this.#target(target);
  }

  #name(file: string, name: string): void {
    const { modules } = this.#around;
    const meanings = modules.meanings(file, name);
    for (const meaning of meanings) {
      if ('unit' in meaning) this.unit(meaning.file, meaning.unit);
      else {
        if (meaning.target.kind === 'host' && meaning.target.name === ENGINE)
          this.#engine(file, meaning.name);
        this.#target(meaning.target);
      }
    }
    const given = modules.module(file).imports.get(name);
    if (!given || !this.#ground.first(`import ${file} ${name}`)) return;
    // The local name and what it means: two imports may swap their names.
    const leads = meanings.map((meaning) =>
      'unit' in meaning
        ? [this.#path(meaning.file), meaning.name]
        : [this.#targetName(meaning.target), meaning.name],
    );
    this.add('import', `${this.#path(file)}: ${name}`, hash(JSON.stringify([given, leads])));
  }

  /** A name that is imported from the engine. For `*`, the module's text decides. */
  #engine(file: string, name: string): void {
    const asked =
      name === 'client' || (name === '*' && /\bclient\b/.test(this.#around.modules.module(file).text));
    if (asked) this.#words.add('client');
  }

  #target(target: Target): void {
    if (target.kind !== 'module') {
      this.#ground.target(target);
      return;
    }
    this.whole(target.file);
    this.load(this.#around.modules.orderOf(target.file));
  }

  /** The step may start the file as a process, which loads its imports, or read it as data. */
  #mentioned(file: string): void {
    this.#ground.target({ kind: 'data', file });
    if (file.split(sep).includes('node_modules')) return;
    try {
      this.#target({ kind: 'module', file });
    } catch (error) {
      // A file that does not parse cannot be executed: only its text counts.
      if (!(error instanceof FlowError)) throw error;
    }
  }

  #targetName(target: Target): string {
    switch (target.kind) {
      case 'module':
      case 'data':
        return this.#path(target.file);
      case 'package':
        return `${target.found.name}@${target.found.manifest.version}`;
      case 'host':
        return target.name;
      case 'missing':
        return target.specifier;
    }
  }

  #path(file: string): string {
    return pathOf(this.#around, file);
  }

  #at(file: string, offset: number): string {
    const module = this.#around.modules.module(file);
    let lines = linesOf.get(module);
    if (!lines) {
      lines = new Lines(module.text);
      linesOf.set(module, lines);
    }
    return `${this.#path(file)}:${lines.at(offset).line}`;
  }
}

const linesOf = new WeakMap<object, Lines>();
const hashes = new WeakMap<NormalForm, string>();

/** Many steps reach the same: each text is hashed once. */
function textHash(facts: NormalForm): string {
  let known = hashes.get(facts);
  if (known === undefined) {
    known = hash(facts.text);
    hashes.set(facts, known);
  }
  return known;
}
