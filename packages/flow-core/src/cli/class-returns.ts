/** Which steps return instances of classes that no codec of their flow stores, by the types of what they return. */
import type {
  CallExpression,
  Expression,
  Node,
  Program,
  SourceFile,
  Type,
  TypeChecker,
  Symbol as TypeSymbol,
} from 'typescript';
import type { Problem } from '../definition/errors';
import { article } from '../store/values/builtin-class';
import { readyImport } from '../store/values/ready-codec';

type Typescript = typeof import('typescript');

/** The calls that declare a step. */
const KINDS = new Set(['start', 'step', 'foreach', 'join', 'gather', 'switch', 'loop', 'end']);

/** How deep a value is looked into. */
const DEPTH = 6;

/** Entries of `@nx-flow/codecs` by the package that declares the class. */
const READY: [name: RegExp, codec: string][] = [
  [/^decimal\.js/, 'decimal'],
  [/^bignumber\.js/, 'bignumber'],
  [/^big\.js/, 'big'],
  [/^luxon/, 'luxon'],
  [/^dayjs/, 'dayjs'],
  [/temporal/, 'temporal'],
  [/^apache-arrow/, 'arrow'],
  [/^@tensorflow\//, 'tfjs'],
  [/^ndarray/, 'ndarray'],
  [/^ml-(random-forest|cart|regression-simple-linear)$/, 'ml'],
];

export function classReturns(ts: Typescript, program: Program, flows: readonly string[]): Problem[] {
  const wanted = new Set(flows);
  const sources = program.getSourceFiles().filter(({ fileName }) => wanted.has(fileName));
  return sources.flatMap((source) => new Returns(ts, program, source).problems());
}

class Returns {
  readonly #ts: Typescript;
  readonly #program: Program;
  readonly #checker: TypeChecker;
  readonly #source: SourceFile;
  readonly #found: Problem[] = [];
  readonly #codecs: Type[] = [];

  constructor(ts: Typescript, program: Program, source: SourceFile) {
    this.#ts = ts;
    this.#program = program;
    this.#checker = program.getTypeChecker();
    this.#source = source;
  }

  problems(): Problem[] {
    this.#each((call) => this.#noteCodecs(call));
    this.#each((call) => this.#lookAt(call));
    return this.#found;
  }

  #each(look: (call: CallExpression) => void): void {
    const visit = (node: Node) => {
      if (this.#ts.isCallExpression(node)) look(node);
      this.#ts.forEachChild(node, visit);
    };
    visit(this.#source);
  }

  /** `flow('…', { codecs: […] })`: the types of what its codecs decode. */
  #noteCodecs({ arguments: [, options] }: CallExpression): void {
    if (!options || !this.#ts.isObjectLiteralExpression(options)) return;
    const codecs = this.#checker.getTypeAtLocation(options).getProperty('codecs');
    if (!codecs) return;
    for (const codec of this.#items(codecs, options).flatMap(membersOf))
      for (const name of ['decode', 'make', 'decodeAsync']) {
        const method = codec.getProperty(name);
        const type = method && this.#checker.getTypeOfSymbolAtLocation(method, options);
        const returned = type?.getCallSignatures()[0]?.getReturnType();
        if (returned) this.#codecs.push(this.#checker.getAwaitedType(returned) ?? returned);
      }
  }

  /**
   * The types of a list's items. Of a literal each is asked: the type of the whole list leaves out what another item's type
   * has in it, as `instance(Point3)` beside `instance(Point)`.
   */
  #items(list: TypeSymbol, at: Node): Type[] {
    const ts = this.#ts;
    const declared = list.valueDeclaration;
    if (declared && ts.isShorthandPropertyAssignment(declared)) {
      const named = this.#checker.getShorthandAssignmentValueSymbol(declared);
      if (named) return this.#items(named, at);
    }
    const given = declared && 'initializer' in declared ? (declared.initializer as Expression) : undefined;
    if (given) return this.#itemsOf(given);
    return this.#itemOf(this.#checker.getTypeOfSymbolAtLocation(list, at));
  }

  #itemsOf(list: Expression): Type[] {
    const ts = this.#ts;
    if (ts.isAsExpression(list) || ts.isSatisfiesExpression(list) || ts.isParenthesizedExpression(list))
      return this.#itemsOf(list.expression);
    if (ts.isArrayLiteralExpression(list))
      return list.elements.flatMap((item) =>
        ts.isSpreadElement(item) ? this.#itemsOf(item.expression) : [this.#checker.getTypeAtLocation(item)],
      );
    const named = ts.isIdentifier(list) ? this.#checker.getSymbolAtLocation(list) : undefined;
    const symbol =
      named && (named.flags & ts.SymbolFlags.Alias) !== 0 ? this.#checker.getAliasedSymbol(named) : named;
    return symbol ? this.#items(symbol, list) : this.#itemOf(this.#checker.getTypeAtLocation(list));
  }

  #itemOf(list: Type): Type[] {
    return membersOf(this.#checker.getIndexTypeOfType(list, this.#ts.IndexKind.Number));
  }

  #lookAt({ expression, arguments: given }: CallExpression): void {
    if (!this.#ts.isPropertyAccessExpression(expression) || !KINDS.has(expression.name.text)) return;
    if (this.#checker.getTypeAtLocation(expression.expression).getSymbol()?.name !== 'Flow') return;
    const body = given.at(-1);
    const returned = body && this.#checker.getTypeAtLocation(body).getCallSignatures()[0]?.getReturnType();
    if (!returned) return;
    const { line, character } = this.#source.getLineAndCharacterOfPosition(expression.name.getStart());
    const where = `${this.#source.fileName}:${line + 1}:${character + 1}`;
    for (const type of membersOf(this.#checker.getAwaitedType(returned) ?? returned))
      for (const artifact of type.getProperties()) {
        const value = this.#checker.getTypeOfSymbolAtLocation(artifact, body);
        this.#look(value, { artifact: artifact.name, path: artifact.name, where, at: body, seen: new Set() });
      }
  }

  #look(type: Type, look: Look): void {
    const { path, seen } = look;
    if (seen.has(type) || seen.size > DEPTH) return;
    const deeper = (inner: Type, more: string) =>
      this.#look(inner, { ...look, path: path + more, seen: new Set([...seen, type]) });
    if (type.isUnion()) {
      for (const one of type.types) this.#look(one, look);
      return;
    }
    if ((type.flags & this.#ts.TypeFlags.Object) === 0 || type.getCallSignatures().length > 0) return;
    const item = this.#checker.isArrayType(type) || this.#checker.isTupleType(type);
    if (item) {
      for (const one of this.#checker.getTypeArguments(type as never)) deeper(one, '[]');
      return;
    }
    const symbol = type.getSymbol();
    const declared = symbol?.declarations?.[0]?.getSourceFile();
    if (symbol && declared && this.#isBuiltIn(declared)) {
      if (/^(Readonly)?(Map|Set)$/.test(symbol.name))
        for (const one of this.#checker.getTypeArguments(type as never)) deeper(one, '.get(…)');
      return;
    }
    if (symbol && (symbol.flags & this.#ts.SymbolFlags.Class) !== 0) {
      if (!this.#isStored(type, declared)) this.#tell(type, symbol.name, declared, look);
      return;
    }
    if (/[\\/](@nx-flow[\\/]core|flow-core)[\\/]/.test(declared?.fileName ?? '')) return;
    for (const property of type.getProperties())
      deeper(this.#checker.getTypeOfSymbolAtLocation(property, look.at), `.${property.name}`);
  }

  /** Of the language or of Node: a step says at run time what of them cannot be stored. */
  #isBuiltIn(source: SourceFile): boolean {
    return (
      this.#program.isSourceFileDefaultLibrary(source) || /[\\/]@types[\\/]node[\\/]/.test(source.fileName)
    );
  }

  /** By a codec for it, or for a class that it extends; errors need none. What a codec for all objects takes, nobody knows. */
  #isStored(type: Type, declared: SourceFile | undefined): boolean {
    const line = this.#ancestors(type);
    if (line.some((one) => one.getSymbol()?.name === 'Error')) return true;
    if (
      this.#codecs.some((codec) =>
        membersOf(codec).some((one) =>
          line.some((own) => own.getSymbol() === one.getSymbol() && own.getSymbol()),
        ),
      )
    )
      return true;
    return packageOf(declared) !== undefined && this.#codecs.some((codec) => codec.getSymbol() === undefined);
  }

  #ancestors(type: Type): Type[] {
    const bases = type.getBaseTypes?.() ?? (type as { target?: Type }).target?.getBaseTypes?.() ?? [];
    return [type, ...bases.flatMap((base) => this.#ancestors(base))];
  }

  #tell(type: Type, name: string, declared: SourceFile | undefined, { artifact, path, where }: Look): void {
    const from = packageOf(declared);
    const ready = from === undefined ? undefined : READY.find(([library]) => library.test(from))?.[1];
    const [line, codec] =
      ready === undefined
        ? [undefined, `instance(${name}${isHidden(type) ? ', { encode, decode }' : ''})`]
        : readyImport(ready);
    const imported = line === undefined ? '' : ` ${line}, and`;
    const what = path === artifact ? 'is' : `has at ${path}`;
    const message = `The artifact ${artifact} ${what} ${article(name)}${from === undefined ? '' : ` of ${from}`}, a class that no codec of the flow stores:${imported} say how, as flow('…', { codecs: [${codec}] }), or return plain data.`;
    this.#found.push({ code: 'FLOW_ARTIFACT_UNSTORABLE', message, where });
  }
}

interface Look {
  artifact: string;
  path: string;
  where: string;
  at: Node;
  /** The types around. */
  seen: Set<Type>;
}

/** Whether it has private `#fields`, which no codec can see, and does not say by itself how it is stored. */
function isHidden(type: Type): boolean {
  const fields = type.getProperties().some(({ valueDeclaration: at }) => at && nameIn(at).startsWith('#'));
  const statics = type.getSymbol()?.exports;
  return fields && !(type.getProperty('toJSON') && statics?.has('fromJSON' as never));
}

/** As it is written: of a private field, with its `#`. */
const nameIn = (at: Node) => (at as { name?: Node }).name?.getText() ?? '';

function membersOf(type: Type | undefined): Type[] {
  if (!type) return [];
  return type.isUnion() ? type.types : [type];
}

/** The package of a declaration, also where another has its types. Undefined for the user's own code. */
function packageOf(source: SourceFile | undefined): string | undefined {
  const [, name] = source?.fileName.match(/.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/) ?? [];
  return name?.replace(/^@types[\\/]/, '').replace('\\', '/');
}
