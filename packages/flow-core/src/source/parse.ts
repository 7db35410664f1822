/** Reads a flow file without running it: its flows, their steps with places, edges and options. */
import { readFileSync } from 'node:fs';
import { parseSync } from 'oxc-parser';
import { FlowError } from '../definition/errors';
import { type FlowInput, requireInputs } from '../definition/flow-inputs';
import { keyOf, Lines, literal, literalValue, type Node, unwrap, visit } from './ast';
import { tooDeep } from './nesting';
import { readStepCall, type StepCall } from './step-call';

/** An edge, from the step of that name; `when` is the case through which a switch is left. */
export interface SourceEdge {
  from: string;
  when?: string;
}

/** One input of a step. Several edges are a `oneOf`; `as` is a gathered branch's name. */
export interface SourceInput {
  as?: string;
  from: SourceEdge[];
}

export interface SourceStep {
  name: string;
  kind: string;
  /** Where it is declared; both from 1. */
  line: number;
  column: number;
  /** Its edges. Absent when one is computed or leads to a handle that this file does not declare. */
  inputs?: SourceInput[];
  /** Options that are written out: `over`, `on`, `cases`, `while`, `max`, `retry` and the rest. */
  options: Record<string, unknown>;
  /** Names of computed options; `...` means a spread. */
  computed: string[];
}

export interface SourceFlow {
  name: string;
  line: number;
  column: number;
  /** Steps of literal name, in the order of declaration; `start` and `end` included. */
  steps: SourceStep[];
  /** Declarations with a computed name: they run, but the source does not show more. */
  unnamed: { kind: string; line: number; column: number }[];
  /** The names of its parameters, as far as they are written out. */
  params: string[];
  /** The declared inputs of its steps. Absent when there are none. */
  inputs?: FlowInput[] | 'computed';
}

/**
 * The flows that a file declares: `const f = flow('name')`, then `f.step('…')` and so on.
 * @throws FlowError FLOW_SYNTAX, with file, line and column
 */
export function parseFlowSource(file: string, text = readFileSync(file, 'utf8')): SourceFlow[] {
  const lines = new Lines(text);
  return readFlows(parseProgram(file, text, lines), lines).map(({ flow }) => flow);
}

/** A flow, with the syntax that it was read from. */
export interface FlowSyntax {
  flow: SourceFlow;
  /** The variable that holds it. */
  variable: string;
  /** The declarations of its steps, in order; those of a computed name too. */
  calls: StepCall[];
  handles: Handles;
}

export function readFlows(program: { body: Node[] } & Node, lines: Lines): FlowSyntax[] {
  const makers = new Makers();
  const flows = new Map<string, FlowSyntax>();
  const calls: { call: StepCall; flow: SourceFlow }[] = [];
  const handles = new Handles(program);
  for (const statement of program.body) makers.imported(statement);
  visit(program, (node) => {
    if (node.type === 'VariableDeclarator') {
      makers.required(node);
      const made = makers.flowCall(node.init);
      if (made && node.id.type === 'Identifier') {
        const { call, schemas: _, ...about } = made;
        const flow = { ...about, ...lines.at(call.start), steps: [], unnamed: [] };
        flows.set(node.id.name, { flow, variable: node.id.name, calls: [], handles });
      } else if (node.id.type === 'Identifier') handles.add(node);
      return;
    }
    const call = readStepCall(node);
    const syntax = call && flows.get(call.owner);
    if (!syntax) return;
    syntax.calls.push(call);
    calls.push({ call, flow: syntax.flow });
  });
  const named = new Map(calls.map(({ call }) => [call.call, call.name]));
  for (const { call, flow } of calls) {
    const at = lines.at(call.call.start);
    if (call.name === undefined) flow.unnamed.push({ kind: call.kind, ...at });
    else flow.steps.push({ ...stepOf(call, call.name, (node) => named.get(node), handles), ...at });
  }
  return [...flows.values()];
}

function stepOf(
  call: StepCall,
  name: string,
  nameOf: (call: Node) => string | undefined,
  handles: Handles,
): Omit<SourceStep, 'line' | 'column'> {
  const { kind, literals: options, computed } = call;
  const inputs = call.inputs?.map(({ as, from }) => ({
    ...(as === undefined ? {} : { as }),
    from: from.map(({ variable, call: inner, when }) => {
      const step = nameOf(inner ?? handles.of(variable as string, call.call));
      return { from: step as string, ...(when === undefined ? {} : { when }) };
    }),
  }));
  const known = inputs?.every(({ from }) => from.every((edge) => edge.from !== undefined));
  return { name, kind, ...(inputs && known ? { inputs } : {}), options, computed };
}

/** The values of variables. A body may use the name of a step's handle for its own variable. */
export class Handles {
  readonly #outside = new Set<Node>();
  readonly #module = new Map<string, Node>();
  readonly #inside = new Map<string, Node>();
  /** Names that are declared in several functions. */
  readonly #several = new Set<string>();

  constructor(program: Node) {
    visitOutside(program, (node) => this.#outside.add(node));
  }

  add(declarator: Node): void {
    const { name } = declarator.id;
    const value = unwrap(declarator.init);
    if (this.#outside.has(declarator)) this.#module.set(name, value);
    else if (this.#inside.has(name)) this.#several.add(name);
    else this.#inside.set(name, value);
  }

  /** The declaration of a name as a call sees it. Undefined when that is not obvious. */
  of(name: string, call: Node): Node | undefined {
    if (this.#outside.has(call)) return this.#module.get(name);
    if (this.#several.has(name) || (this.#inside.has(name) && this.#module.has(name))) return undefined;
    return this.#inside.get(name) ?? this.#module.get(name);
  }
}

/** Every node outside of functions. */
function visitOutside(node: Node, enter: (node: Node) => void): void {
  enter(node);
  for (const value of Object.values(node)) {
    for (const item of Array.isArray(value) ? value : [value]) {
      if (!item || typeof item !== 'object' || !('type' in item)) continue;
      if (!/Function/.test((item as Node).type)) visitOutside(item as Node, enter);
    }
  }
}

/** @throws FlowError FLOW_SYNTAX, with file, line and column */
export function parseProgram(file: string, text: string, lines = new Lines(text)): { body: Node[] } & Node {
  return parseModule(file, text, lines).program;
}

/** The same, with the comments, which are no part of a program. */
export function parseModule(
  file: string,
  text: string,
  lines: Lines,
): { program: { body: Node[] } & Node; comments: { start: number; end: number }[] } {
  const wrong = (at: number, message: string) => {
    const { line, column } = lines.at(at);
    return new FlowError('FLOW_SYNTAX', `${file}:${line}:${column}  ${message}`);
  };
  const deep = tooDeep(text);
  if (deep !== undefined) throw wrong(deep, 'It is nested too deeply to be read: break it into parts.');
  const { program, comments, errors } = parseSync(file, text, { preserveParens: false });
  const error = errors[0];
  if (!error) return { program, comments };
  throw wrong(error.labels[0]?.start ?? 0, error.message);
}

/** The local names of `flow`, as a file imports it. */
export class Makers {
  readonly #names = new Set<string>();

  imported(statement: Node): void {
    if (statement.type === 'TSImportEqualsDeclaration') this.#names.add(`${statement.id.name}.flow`);
    if (statement.type !== 'ImportDeclaration') return;
    for (const specifier of statement.specifiers) {
      if (specifier.type === 'ImportSpecifier' && specifier.imported.name === 'flow')
        this.#names.add(specifier.local.name);
      if (specifier.type === 'ImportNamespaceSpecifier') this.#names.add(`${specifier.local.name}.flow`);
    }
  }

  /** The same for `const { flow } = require('…')` and `const core = require('…')`. */
  required({ id, init }: Node): void {
    if (init?.type !== 'CallExpression' || init.callee.name !== 'require') return;
    if (id.type === 'Identifier') this.#names.add(`${id.name}.flow`);
    if (id.type !== 'ObjectPattern') return;
    for (const { key, value } of id.properties) {
      if (key?.name === 'flow' && value.type === 'Identifier') this.#names.add(value.name);
    }
  }

  /** `flow('name', …)`, called by one of these names. */
  flowCall(wrapped: Node): (FlowCall & { call: Node; schemas: Node[] }) | undefined {
    const call = unwrap(wrapped);
    if (call?.type !== 'CallExpression' || !this.#names.has(calledName(call.callee))) return undefined;
    const name = literal(call.arguments[0]);
    if (name === undefined) return undefined;
    const given = unwrap(call.arguments[1]);
    const options: Node[] = given?.properties ?? [];
    const option = (key: string) => unwrap(options.find((property) => keyOf(property) === key)?.value);
    // A spread may hold any option.
    const open = options.some((property) => keyOf(property) === undefined) || (given && !given.properties);
    const schemas: Node[] = (option('params')?.properties ?? []).filter((p: Node) => keyOf(p) !== undefined);
    const inputs = open ? 'computed' : inputsOf(option('inputs'));
    return {
      call,
      name,
      params: schemas.map((property) => keyOf(property) as string),
      ...(inputs ? { inputs } : {}),
      schemas,
    };
  }
}

type FlowCall = Pick<SourceFlow, 'name' | 'params' | 'inputs'>;

/** Inputs that are not literal count as computed. */
function inputsOf(node: Node): SourceFlow['inputs'] {
  if (node === undefined) return undefined;
  const found = literalValue(node)?.value;
  try {
    requireInputs('', found);
  } catch {
    return 'computed';
  }
  return (found as FlowInput[] | undefined) ?? 'computed';
}

function calledName(callee: Node): string {
  if (callee.type === 'Identifier') return callee.name;
  return callee.type === 'MemberExpression' ? `${callee.object.name}.${callee.property.name}` : '';
}
