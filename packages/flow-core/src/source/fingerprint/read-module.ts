/**
 * Reads a module's text into its units, imports and exports.
 * Long, because each kind of declaration is a few lines, and all of them share one module under construction.
 */
import { changesNoResult } from '../../definition/options';
import { keyOf, literal, literalValue, type Node, unwrap } from '../ast';
import { Makers, parseProgram } from '../parse';
import { readStepCall, type StepCall } from '../step-call';
import { isHarmless, type Surroundings } from './effects';
import { isErased } from './erased';
import { ENGINE, factsOf, type Module, type Site, type Unit } from './module';
import { type NormalForm, OMITTED, readNormalForm } from './normal-form';
import { blockNames, varNames } from './scope';

/** @throws FlowError FLOW_SYNTAX */
export function readModule(file: string, text: string): Module {
  return new ModuleReader(file, text).read();
}

class ModuleReader {
  readonly #body: Node[];
  readonly #makers = new Makers();
  /** Variables that may hold a flow: made here, or imported from another file. */
  readonly #owners = new Set<string>();
  readonly #names: Set<string>;
  /** Names that hold what `require` returns for the engine. */
  readonly #required = new Set<string>();
  readonly #module: Module;

  constructor(file: string, text: string) {
    this.#body = parseProgram(file, text).body.filter((node: Node) => !isErased(node));
    this.#names = new Set([
      ...blockNames(this.#body),
      ...blockNames(this.#body.map((node) => node.declaration)),
      ...(/\bvar\b/.test(text) ? this.#body.flatMap((node) => varNames(node)) : []),
    ]);
    this.#module = {
      text,
      units: [],
      declared: new Map(),
      imports: new Map(),
      sources: [],
      bare: new Set(),
      exports: new Map(),
      stars: [],
      written: new Set(),
      tricky: false,
    };
  }

  read(): Module {
    const module = this.#module;
    for (const node of this.#body) this.#imports(node);
    for (const [local, { source }] of module.imports) if (/^[./@~#]/.test(source)) this.#owners.add(local);
    for (const node of this.#body) this.#statement(node);
    for (const unit of module.units) {
      for (const name of unit.names) {
        const units = module.declared.get(name);
        if (units) units.push(unit);
        else module.declared.set(name, [unit]);
      }
      for (const facts of factsOf(unit)) {
        for (const name of facts.written) module.written.add(name);
        module.tricky ||= facts.tricky;
      }
    }
    return module;
  }

  #imports(node: Node): void {
    this.#makers.imported(node);
    const { imports, sources, bare, exports, stars } = this.#module;
    const source: string | undefined = node.source?.value;
    if (source !== undefined) sources.push(source);
    if (node.type === 'ImportDeclaration') {
      if (node.specifiers.length === 0) bare.add(source as string);
      for (const specifier of node.specifiers) {
        if (specifier.importKind === 'type') continue;
        const name = specifier.type === 'ImportSpecifier' ? nameOf(specifier.imported) : undefined;
        const whole = specifier.type === 'ImportNamespaceSpecifier';
        imports.set(specifier.local.name, {
          source: source as string,
          name: name ?? (whole ? '*' : 'default'),
        });
      }
    } else if (node.type === 'ExportAllDeclaration') {
      if (node.exported) exports.set(nameOf(node.exported), { source: source as string, name: '*' });
      else stars.push(source as string);
    } else if (node.type === 'ExportNamedDeclaration') {
      for (const { exported, local, exportKind } of node.specifiers) {
        if (exportKind === 'type') continue;
        const name = nameOf(local);
        exports.set(nameOf(exported), source === undefined ? { local: name } : { source, name });
      }
    } else if (node.type === 'TSImportEqualsDeclaration' && node.moduleReference.expression) {
      const required: string = node.moduleReference.expression.value;
      sources.push(required);
      imports.set(node.id.name, { source: required, name: '*' });
    }
  }

  #statement(node: Node): void {
    const { exports } = this.#module;
    switch (node.type) {
      case 'ImportDeclaration':
      case 'ExportAllDeclaration':
      case 'EmptyStatement':
        return;
      case 'TSImportEqualsDeclaration':
        if (!node.moduleReference.expression) this.#add(node, 'statement', [node.id.name], true);
        return;
      case 'ExportNamedDeclaration':
        for (const unit of node.declaration ? this.#declaration(node.declaration) : []) {
          for (const name of unit.names) exports.set(name, { local: name });
        }
        return;
      case 'ExportDefaultDeclaration': {
        const { declaration } = node;
        const [unit] = /Declaration$/.test(declaration.type)
          ? this.#declaration(declaration)
          : [this.#expression(declaration)];
        exports.set('default', { unit: unit as Unit });
        return;
      }
      case 'ExpressionStatement':
        this.#expression(node.expression, node);
        return;
      default:
        this.#declaration(node);
    }
  }

  #declaration(node: Node): Unit[] {
    switch (node.type) {
      case 'FunctionDeclaration':
        return [this.#add(node, 'function', node.id ? [node.id.name] : [], false)];
      case 'ClassDeclaration':
        return [this.#add(node, 'class', node.id ? [node.id.name] : [], this.#effect(node))];
      case 'TSEnumDeclaration': {
        const values = node.body.members.map((member: Node) => member.initializer);
        return [this.#add(node, 'enum', [node.id.name], this.#effect(...values))];
      }
      case 'VariableDeclaration':
        if (/using/.test(node.kind)) return [this.#add(node, 'statement', namesIn(node.declarations), true)];
        return node.declarations.map((declarator: Node) => this.#declarator(node.kind, declarator));
      default:
        return [this.#add(node, 'statement', [...blockNames([node]), ...varNames(node)], true)];
    }
  }

  #declarator(kind: string, node: Node): Unit {
    this.#makers.required(node);
    if (node.init?.callee?.name === 'require' && literal(node.init.arguments[0]) === ENGINE)
      for (const name of namesIn([node])) this.#required.add(name);
    const plain = node.id.type === 'Identifier';
    const made = plain && kind === 'const' ? this.#makers.flowCall(node.init) : undefined;
    if (made && this.#isCore(made.call.callee.object?.name ?? made.call.callee.name)) {
      const { call, name, schemas, ...said } = made;
      this.#owners.add(node.id.name);
      const unit = this.#add(node, 'value', [node.id.name], this.#effect(...call.arguments));
      const params = schemas.map((property) => ({
        name: String(property.key.name ?? property.key.value),
        facts: readNormalForm(property.value),
      }));
      unit.flow = { name, params, said };
      return unit;
    }
    const sites = this.#sites(node.init);
    const value = this.#effect(node.init);
    const effect = plain || value === true ? value : this.#patternEffect(node.id);
    const unit = this.#add(node, 'value', namesIn([node]), effect, sites);
    if (isIterator(unwrap(node.init))) unit.facts.tricky = true;
    // `const`, `let` and `var` make different declarations.
    unit.facts.text = `${kind} ${unit.facts.text}`;
    const [site] = sites;
    if (plain && kind === 'const' && site?.call.call === unwrap(node.init)) unit.handle = site as Site;
    return unit;
  }

  #expression(expression: Node, statement?: Node): Unit {
    const sites = this.#sites(expression);
    const inert = sites.length > 0 && sites[0]?.call.call === unwrap(expression);
    const effect = inert || !statement ? this.#effect(expression) : true;
    const unit = this.#add(statement ?? expression, 'statement', [], effect, sites);
    if (inert) unit.handle = sites[0] as Site;
    return unit;
  }

  #add(node: Node, kind: Unit['kind'], names: string[], effect: Unit['effect'], sites: Site[] = []): Unit {
    const replaced = new Map(sites.map(({ call, name }): [Node, string] => [call.call, `step ${name}`]));
    const facts: NormalForm = readNormalForm(node, replaced);
    const unit: Unit = { names, kind, at: node.start, facts, effect, sites };
    this.#module.units.push(unit);
    return unit;
  }

  /** The steps that an expression declares: the call itself, and the calls that it uses as handles. */
  #sites(wrapped: Node): Site[] {
    const call = readStepCall(unwrap(wrapped));
    if (!call || call.name === undefined || !this.#owners.has(call.owner)) return [];
    const edges = (call.inputs ?? []).flatMap(({ as, from }) =>
      from.map((use) => ({ use, ...(as === undefined ? {} : { as }) })),
    );
    const inside = edges.flatMap(({ use }) => (use.call ? this.#sites(use.call) : []));
    const replaced = new Map<Node, string>(inside.map((site) => [site.call.call, `step ${site.name}`]));
    for (const { use } of edges)
      if (use.variable !== undefined) replaced.set(use.node, `handle ${use.variable}`);
    const body = call.body && readNormalForm(call.body, replaced);
    if (call.body) replaced.set(call.body, 'body');
    for (const omitted of withoutEffect(call)) replaced.set(omitted, OMITTED);
    const options = readNormalForm(call.call, replaced);
    return [{ call, name: call.name, at: call.call.start, body, options, edges }, ...inside];
  }

  #effect(...nodes: Node[]): Unit['effect'] {
    const present = nodes.filter(Boolean);
    if (!present.every((node) => isHarmless(node, this.#around(false)))) return true;
    return present.every((node) => isHarmless(node, this.#around(true))) ? false : 'reading';
  }

  /** Taking a value apart reads it; defaults and computed keys are evaluated. */
  #patternEffect(pattern: Node): Unit['effect'] {
    const { refs, text } = readNormalForm({ type: 'VariableDeclarator', id: pattern, init: null });
    return refs.size > 0 || /\( (Call|New)Expression/.test(text) ? true : 'reading';
  }

  /** Whether a name is of the engine itself: a function of the same name from elsewhere may do anything. */
  #isCore(name: string): boolean {
    return this.#module.imports.get(name)?.source === ENGINE || this.#required.has(name);
  }

  #around(tricky: boolean): Surroundings {
    return {
      tricky,
      imported: (name) => this.#module.imports.get(name),
      declares: (name) => this.#names.has(name) || this.#module.imports.has(name),
      known: (node) => this.#isStep(node, tricky),
    };
  }

  /** Whether it declares a step with harmless options: edges and function do nothing at declaration. */
  #isStep(node: Node, tricky: boolean): boolean {
    const call = readStepCall(node);
    if (!call || call.name === undefined || !this.#owners.has(call.owner)) return false;
    const around = this.#around(tricky);
    if (call.body && !isHarmless(call.body, around)) return false;
    if (!call.options) return call.kind === 'end' ? this.#areEdges(call, tricky) : true;
    return (unwrap(call.options).properties ?? [undefined]).every((property: Node) => {
      if (property?.type !== 'Property') return false;
      if (property.key.name === 'after' && call.inputs) return this.#areEdges(call, tricky);
      return (
        (!property.computed || literal(property.key) !== undefined) && isHarmless(property.value, around)
      );
    });
  }

  #areEdges({ inputs }: StepCall, tricky: boolean): boolean {
    const uses = inputs?.flatMap(({ from }) => from);
    return uses?.every(({ call }) => call === undefined || this.#isStep(call, tricky)) ?? false;
  }
}

/** The literal options that change no result. When there are no other options, the whole options object. */
function withoutEffect({ options }: StepCall): Node[] {
  const properties: Node[] = unwrap(options)?.properties ?? [];
  const omitted = properties.filter(
    (property) => changesNoResult(keyOf(property) ?? '') && literalValue(property.value) !== undefined,
  );
  return omitted.length > 0 && omitted.length === properties.length ? [options] : omitted;
}

/** Whether a value changes when it is read: `[1, 2].values()`. */
function isIterator(init: Node): boolean {
  const { object, property } = init?.type === 'CallExpression' ? init.callee : {};
  return /^(values|keys|entries|matchAll)$/.test(property?.name ?? '') && object.name !== 'Object';
}

function namesIn(declarations: readonly Node[]): string[] {
  return blockNames([{ type: 'VariableDeclaration', kind: 'let', declarations }]);
}

function nameOf(node: Node): string {
  return String(node.name ?? node.value);
}
