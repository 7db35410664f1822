/**
 * A piece of code in normal form: its text without comments and layout, and the names that it takes from outside.
 * Long, because text, references and erased types must come from one and the same walk.
 */
import { isWrapper, literal, type Node, unwrap } from '../ast';
import { isErased, isErasedField } from './erased';
import { blockNames, boundNames, inner, isLocal, type Scope, varNames } from './scope';

export interface NormalForm {
  /** The tree as text: equal texts do the same, given the same names. */
  text: string;
  /** Names that are not its own. */
  refs: Set<string>;
  /** The names in `refs` that it assigns to. */
  written: Set<string>;
  /** Modules that it loads by a name that is written out: `import('./x')`, `require('x')`. */
  loads: Set<string>;
  /** Files of code that its strings name, to start or to read them. Which folder a path starts from is unknown. */
  mentions: Set<string>;
  /** Offsets in the file where it loads or makes code that cannot be followed. */
  open: number[];
  /** It uses what makes the whole of its module count. */
  whole: boolean;
  /** It defines what runs without being called by name: getters, iterators, conversions. */
  tricky: boolean;
  jsx: boolean;
  /** Those of `WORDS` that it uses as names or strings. They show what else a step may read. */
  words: Set<string>;
}

const WORDS = ['current', 'store'];

/** Names whose use may make a property read or a conversion to text run code; the second only where defined. */
const TRICKY =
  /^(Proxy|definePropert(y|ies)|__define[GS]etter__|toPrimitive|hasInstance|iterator|asyncIterator|__proto__|setPrototypeOf)$/;
const TRICKY_KEY = /^(toString|valueOf|toJSON|then)$/;

const CODE_NAME = /[^/\\.]\.[cm]?[jt]sx?$/;

/** Replaces a node so that it counts as not written. */
export const OMITTED = '';

/** @param replaced Nodes that count as this text instead: the declaration of another step, an edge. */
export function readNormalForm(node: Node, replaced: ReadonlyMap<Node, string> = new Map()): NormalForm {
  const reader = new Reader(replaced);
  reader.walk(node, undefined);
  return reader.facts();
}

class Reader {
  readonly #replaced: ReadonlyMap<Node, string>;
  readonly #text: string[] = [];
  readonly #facts: Omit<NormalForm, 'text' | 'words'> = {
    refs: new Set(),
    written: new Set(),
    loads: new Set(),
    mentions: new Set(),
    open: [],
    whole: false,
    tricky: false,
    jsx: false,
  };

  constructor(replaced: ReadonlyMap<Node, string>) {
    this.#replaced = replaced;
  }

  facts(): NormalForm {
    const text = this.#text.join(' ');
    return { text, ...this.#facts, words: new Set(WORDS.filter((word) => text.includes(`"${word}"`))) };
  }

  walk(node: Node, scope: Scope): void {
    if (!node || isErased(node)) return;
    const stands = this.#replaced.get(node);
    if (stands !== undefined) {
      if (stands !== OMITTED) this.#text.push(stands);
      return;
    }
    if (isWrapper(node)) {
      this.walk(node.expression, scope);
      return;
    }
    this.#text.push('(', node.type);
    this.#node(node, scope);
    this.#text.push(')');
  }

  #node(node: Node, scope: Scope): void {
    switch (node.type) {
      case 'Identifier':
      case 'JSXIdentifier':
        this.#reference(node, scope);
        return;
      case 'Literal':
        this.#literal(node);
        return;
      case 'TemplateElement':
        this.#say(JSON.stringify(node.value.raw));
        this.#mention(node.value.raw);
        return;
      case 'FunctionDeclaration':
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
        this.#function(node, scope);
        return;
      case 'ClassDeclaration':
      case 'ClassExpression': {
        this.#list(node.decorators, scope);
        const own = inner(scope, node.id ? [node.id.name] : []);
        this.#say(node.id?.name ?? '-');
        this.walk(node.superClass, own);
        this.#list(node.body.body, own);
        return;
      }
      case 'MethodDefinition':
      case 'PropertyDefinition':
      case 'AccessorProperty':
      case 'Property':
        this.#member(node, scope);
        return;
      case 'MemberExpression':
        this.walk(node.object, scope);
        this.#say(node.optional ? '?.' : '.');
        if (node.computed) this.walk(node.property, scope);
        else this.#name(node.property);
        return;
      case 'BlockStatement':
        this.#list(node.body, inner(scope, blockNames(node.body)));
        return;
      case 'StaticBlock':
      case 'TSModuleBlock':
        this.#list(node.body, inner(scope, [...blockNames(node.body), ...varNames({ ...node, type: '' })]));
        return;
      case 'SwitchStatement': {
        this.walk(node.discriminant, scope);
        const names = blockNames(node.cases.flatMap((c: Node) => c.consequent));
        this.#list(node.cases, inner(scope, names));
        return;
      }
      case 'ForStatement': {
        const head = inner(scope, blockNames([node.init]));
        // A part that is missing is a part: `for (a;;)` is not `for (;a;)`.
        for (const part of [node.init, node.test, node.update, node.body]) this.#optional(part, head);
        return;
      }
      case 'ForInStatement':
      case 'ForOfStatement': {
        this.#say(node.await === true);
        const head = inner(scope, blockNames([node.left]));
        if (node.left.type === 'VariableDeclaration') this.walk(node.left, head);
        else this.#target(node.left, scope);
        this.walk(node.right, scope);
        this.walk(node.body, head);
        return;
      }
      case 'CatchClause': {
        const own = inner(scope, boundNames(node.param));
        this.#pattern(node.param, own);
        this.walk(node.body, own);
        return;
      }
      case 'VariableDeclaration':
        this.#say(node.kind);
        this.#list(node.declarations, scope);
        return;
      case 'VariableDeclarator':
        this.#pattern(node.id, scope);
        this.#optional(node.init, scope);
        return;
      case 'AssignmentExpression':
        this.#say(node.operator);
        this.#target(node.left, scope);
        this.walk(node.right, scope);
        return;
      case 'UpdateExpression':
        this.#say(`${node.operator}${node.prefix}`);
        this.#target(node.argument, scope);
        return;
      case 'CallExpression':
      case 'NewExpression':
        this.#call(node, scope);
        return;
      case 'ImportExpression':
        this.#load(node, node.source);
        this.#fields(node, scope);
        return;
      case 'MetaProperty':
        this.#say(`${node.meta.name}.${node.property.name}`);
        if (node.meta.name === 'import') this.#facts.whole = true;
        return;
      case 'LabeledStatement':
        this.#say(node.label.name);
        this.walk(node.body, scope);
        return;
      case 'BreakStatement':
      case 'ContinueStatement':
        this.#say(node.label?.name ?? '-');
        return;
      case 'JSXAttribute':
        this.#say(node.name.name?.name ?? node.name.name ?? '');
        this.#say(node.name.namespace?.name ?? '-');
        this.#optional(node.value, scope);
        return;
      case 'JSXText':
        this.#say(JSON.stringify(node.value));
        return;
      case 'TSEnumDeclaration':
        this.#say(`${node.id.name} ${node.const}`);
        this.#list(node.body.members, scope);
        return;
      case 'TSEnumMember':
        if (node.computed) this.walk(node.id, scope);
        else this.#name(node.id);
        this.#optional(node.initializer, scope);
        return;
      default:
        if (node.type.startsWith('JSX')) this.#facts.jsx = this.#facts.whole = true;
        this.#fields(node, scope);
    }
  }

  /** Any other kind of node: each field in its order. An identifier found this way counts as a reference. */
  #fields(node: Node, scope: Scope): void {
    for (const [name, value] of Object.entries(node)) {
      if (isErasedField(name)) continue;
      if (Array.isArray(value)) this.#list(value, scope);
      else if (value && typeof value === 'object' && 'type' in value) this.walk(value, scope);
      else this.#say(JSON.stringify(value) ?? 'undefined');
    }
  }

  #list(nodes: readonly (Node | null)[] | undefined, scope: Scope): void {
    this.#text.push('[');
    for (const node of nodes ?? []) {
      if (node === null) this.#say('hole');
      else if (node.type !== 'EmptyStatement') this.walk(node, scope);
    }
    this.#text.push(']');
  }

  #optional(node: Node | null | undefined, scope: Scope): void {
    if (node) this.walk(node, scope);
    else this.#say('none');
  }

  #say(text: string | boolean): void {
    this.#text.push(String(text));
  }

  #reference(node: Node, scope: Scope): void {
    const { name } = node;
    this.#say(name);
    this.#list(node.decorators, scope);
    if (isLocal(name, scope)) return;
    this.#facts.refs.add(name);
    if (TRICKY.test(name)) this.#facts.tricky = true;
    if (name === 'eval' || name === 'require') this.#open(node, name === 'eval');
    if (name === 'Function') this.#open(node, false);
  }

  /** The name of a property: no reference. */
  #name(node: Node): void {
    const name = String(node.name ?? node.value);
    this.#say(`${node.type} ${JSON.stringify(name)}`);
    if (TRICKY.test(name)) this.#facts.tricky = true;
  }

  #open(node: Node, whole: boolean): void {
    this.#facts.open.push(node.start);
    if (whole) this.#facts.whole = true;
  }

  #literal({ value, raw, regex, bigint }: Node): void {
    if (regex) this.#say(JSON.stringify([regex.pattern, regex.flags]));
    else if (bigint) this.#say(`${bigint}n`);
    // A lone surrogate may not survive the parser: there, the text as it is written counts.
    else if (typeof value === 'string') {
      this.#say(JSON.stringify(/\\u/.test(raw) ? raw : value));
      this.#mention(value);
    } else this.#say(String(value));
  }

  /** Finds files among the other words of a command line. */
  #mention(text: string): void {
    if (!/\.[cm]?[jt]sx?/.test(text)) return;
    for (const word of text.split(/[\s"'`=,;:|&()<>]+/))
      if (CODE_NAME.test(word)) this.#facts.mentions.add(word);
  }

  #function(node: Node, scope: Scope): void {
    const { id, params, body, type } = node;
    this.#say(`${id?.name ?? '-'} ${node.async === true} ${node.generator === true}`);
    const named = inner(scope, type === 'FunctionExpression' && id ? [id.name] : []);
    const arrow = type === 'ArrowFunctionExpression';
    const given = params.filter((p: Node) => !(p.type === 'Identifier' && p.name === 'this'));
    const names: string[] = given.flatMap((p: Node) => boundNames(p));
    // Defaults are evaluated before the body: they do not see its variables.
    const head = inner(named, arrow ? names : [...names, 'arguments']);
    this.#text.push('[');
    for (const param of given) {
      this.#list(param.decorators, scope);
      this.#pattern(param, head);
    }
    this.#text.push(']');
    if (body?.type === 'BlockStatement')
      this.#list(body.body, inner(head, [...blockNames(body.body), ...varNames(body)]));
    else this.walk(body, head);
  }

  #member(node: Node, scope: Scope): void {
    const { key, value, computed, kind } = node;
    this.#list(node.decorators, scope);
    this.#say(`${kind ?? '-'} ${node.static === true} ${node.declare === true} ${node.method === true}`);
    if (kind === 'get' || kind === 'set') this.#facts.tricky = true;
    if (computed) this.walk(key, scope);
    else {
      this.#name(key);
      if (TRICKY_KEY.test(key.name ?? key.value)) this.#facts.tricky = true;
    }
    this.#optional(value, scope);
  }

  /** A pattern that declares: its names are no references, its defaults and computed keys are. */
  #pattern(pattern: Node, scope: Scope): void {
    if (!pattern) {
      this.#say('none');
      return;
    }
    this.#text.push('(', pattern.type);
    if (pattern.type === 'Identifier') this.#say(pattern.name);
    else this.#parts(pattern, scope, (part) => this.#pattern(part, scope));
    this.#text.push(')');
  }

  /** What is assigned to: names in it are references that are written. */
  #target(wrapped: Node, scope: Scope): void {
    const target = unwrap(wrapped);
    if (target?.type === 'Identifier') {
      if (!isLocal(target.name, scope)) this.#facts.written.add(target.name);
      this.walk(target, scope);
    } else if (/Pattern$|^RestElement$/.test(target?.type ?? '')) {
      this.#text.push('(', target.type);
      this.#parts(target, scope, (part) => this.#target(part, scope));
      this.#text.push(')');
    } else {
      if (TRICKY_KEY.test(target?.property?.name ?? '')) this.#facts.tricky = true;
      this.#optional(target, scope);
    }
  }

  #parts(pattern: Node, scope: Scope, part: (node: Node) => void): void {
    switch (pattern.type) {
      case 'ObjectPattern':
        for (const property of pattern.properties) {
          if (property.type === 'RestElement') part(property);
          else {
            if (property.computed) this.walk(property.key, scope);
            else this.#name(property.key);
            part(property.value);
          }
        }
        return;
      case 'ArrayPattern':
        for (const element of pattern.elements) {
          if (element) part(element);
          else this.#say('hole');
        }
        return;
      case 'AssignmentPattern':
        part(pattern.left);
        this.walk(pattern.right, scope);
        return;
      case 'RestElement':
        part(pattern.argument);
        return;
      case 'TSParameterProperty':
        part(pattern.parameter);
        return;
      default:
        this.walk(pattern, scope);
    }
  }

  #call(node: Node, scope: Scope): void {
    const { callee } = node;
    const [first] = node.arguments;
    // Only the name counts: a `require` from `createRequire` loads the same modules.
    const loading =
      callee.name === 'require' ||
      (callee.type === 'MemberExpression' &&
        callee.object.name === 'require' &&
        callee.property.name === 'resolve');
    this.#say(node.optional === true);
    if (loading) {
      this.#say(callee.name ?? 'require.resolve');
      if (!isLocal('require', scope)) this.#facts.refs.add('require');
      this.#load(node, first);
    } else {
      this.walk(callee, scope);
      if (callee.object?.name === 'module' && callee.property?.name === 'require') this.#load(node, first);
    }
    this.#list(node.arguments, scope);
    // join(folder, '..', 'scripts', 'train.ts')
    const parts: string[] = node.arguments.flatMap((argument: Node) => literal(argument) ?? []);
    if (parts.length > 1) this.#mention(parts.join('/'));
  }

  #load(node: Node, source: Node): void {
    const name = literal(source);
    if (name === undefined) this.#open(node, true);
    else this.#facts.loads.add(name);
  }
}
