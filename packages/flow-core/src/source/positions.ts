/**
 * The positions of flows, steps and edges in a file's text, for tools that edit it. Offsets count UTF-16 units
 * from 0, as JavaScript's strings do.
 */
import { keyOf, Lines, literal, type Node, unwrap } from './ast';
import { ENGINE } from './fingerprint/module';
import { readNormalForm } from './fingerprint/normal-form';
import { blockNames, varNames } from './fingerprint/scope';
import { type FlowSyntax, parseModule, readFlows, type SourceFlow } from './parse';
import type { CallInput, StepCall } from './step-call';

/** From its first character to the one after its last. */
export interface Span {
  start: number;
  end: number;
}

/** A use of a handle as an edge: `start`, `size.when('small')`. */
export interface PlacedEdge extends Span {
  from: PlacedStep;
  /** The case through which a switch is left. */
  when?: string;
}

/** The value of `after`, or of one of its branches: an edge, or `oneOf(…)` of several. */
export interface PlacedInput extends Span {
  /** A gathered branch's name. */
  as?: string;
  /** `{ byGenre }`: the handle is the branch's name too. */
  shorthand: boolean;
  edges: PlacedEdge[];
}

/** The call that declares a step. */
export interface PlacedStep extends Span {
  kind: string;
  /** Absent when it is computed. */
  name?: string;
  /** Both from 1. */
  line: number;
  column: number;
  /** Absent when an edge is computed or leads to a handle that this file does not declare. */
  inputs?: PlacedInput[];
  /** The cases of a switch, when they are literal. */
  cases?: string[];
  /** The const at the top of the module that holds its handle. */
  handle?: string;
  /** The statement at the top of the module that it is a part of. */
  statement: Span & { exported: boolean };
  /** Where its handle is passed to anything but a step: it may become an edge that the source does not show. */
  passedOn?: { line: number; column: number };
}

export interface PlacedFlow {
  /** The variable that holds it. */
  variable: string;
  steps: PlacedStep[];
  source: SourceFlow;
}

/** What a module takes of `@nx-flow/core`. */
export interface CoreNames {
  /** The imported names, keyed by their local names. */
  locals: Map<string, string>;
  /** The name in `import * as core`, which already gives everything. */
  namespace?: string;
  /** The names within the braces, in order. */
  list: (Span & { name: string })[];
}

export interface Positions {
  flows: PlacedFlow[];
  /** At the top of the module, in order. */
  statements: Span[];
  comments: Span[];
  /** Every name that the module declares, imports or uses. A new name must differ from all of them. */
  names: ReadonlySet<string>;
  core: CoreNames;
}

/** @throws FlowError FLOW_SYNTAX, with file, line and column */
export function readPositions(file: string, text: string): Positions {
  const lines = new Lines(text);
  const { program, comments } = parseModule(file, text, lines);
  const syntax = readFlows(program, lines);
  const all = readNormalForm(program);
  const steps = new Map<Node, PlacedStep>();
  for (const { calls } of syntax) {
    for (const call of calls) steps.set(call.call, placed(call, program, lines));
  }
  for (const flow of syntax) link(flow, steps, all.written);
  handles(program, steps, all.written);
  passedOn(program, syntax, steps, lines);
  const core = coreNames(program);
  return {
    flows: syntax.map(({ flow, variable, calls }) => ({
      variable,
      steps: calls.map(({ call }) => steps.get(call) as PlacedStep),
      source: flow,
    })),
    statements: program.body.map(span),
    comments: comments.map(span),
    names: new Set([...all.refs, ...declared(program), ...core.locals.values()]),
    core,
  };
}

const span = ({ start, end }: Span): Span => ({ start, end });

function placed({ call, kind, name, literals }: StepCall, program: Node, lines: Lines): PlacedStep {
  const statement = program.body.find((node: Node) => node.start <= call.start && call.end <= node.end);
  const exported = statement.type === 'ExportNamedDeclaration';
  const { cases } = literals as { cases?: string[] };
  return {
    ...span(call),
    kind,
    ...(name === undefined ? {} : { name }),
    ...lines.at(call.start),
    ...(Array.isArray(cases) ? { cases } : {}),
    statement: { ...span(statement), exported },
  };
}

/** Follows the edges of a flow's steps. A variable that is assigned twice has no known value. */
function link({ calls, handles }: FlowSyntax, steps: Map<Node, PlacedStep>, written: Set<string>): void {
  for (const { call, inputs } of calls) {
    const found = inputs?.map(({ as, from, value, property }: CallInput) => ({
      ...span(value),
      ...(as === undefined ? {} : { as }),
      shorthand: property?.shorthand === true,
      edges: from.map(({ edge, variable, call: inner, when }) => {
        const known = variable === undefined || !written.has(variable);
        const parent = known ? steps.get(inner ?? handles.of(variable as string, call)) : undefined;
        return { ...span(edge), from: parent as PlacedStep, ...(when === undefined ? {} : { when }) };
      }),
    }));
    if (found?.every(({ edges }) => edges.every(({ from }) => from !== undefined)))
      (steps.get(call) as PlacedStep).inputs = found;
  }
}

function handles(program: Node, steps: Map<Node, PlacedStep>, written: Set<string>): void {
  for (const node of program.body) {
    const { type, declarations = [] } = node.declaration ?? node;
    if (type !== 'VariableDeclaration') continue;
    for (const { id, init } of declarations) {
      const step = steps.get(unwrap(init));
      if (step && id.type === 'Identifier' && !written.has(id.name)) step.handle = id.name;
    }
  }
}

/** Finds handles that are used outside edges and step bodies. Bodies only run once the graph is complete. */
function passedOn(
  program: Node,
  flows: readonly FlowSyntax[],
  steps: Map<Node, PlacedStep>,
  lines: Lines,
): void {
  const known = new Map<Node, string>();
  for (const { calls } of flows) {
    for (const { call, body, inputs } of calls) {
      if (body) known.set(body, '');
      if (steps.get(call)?.inputs)
        for (const { from } of inputs ?? []) for (const use of from) if (!use.call) known.set(use.node, '');
    }
  }
  const owners = new Map([...steps.values()].map((step) => [step.handle, step]));
  for (const node of program.body) {
    if (isExport(node)) continue;
    for (const name of readNormalForm(node, known).refs) {
      const step = owners.get(name);
      if (step) step.passedOn ??= lines.at(node.start);
    }
  }
}

/** `export { start }`, `export default start`, `module.exports = …`: importers see a complete flow. */
function isExport(node: Node): boolean {
  if (node.type === 'ExportNamedDeclaration') return !node.declaration;
  if (node.type === 'ExportDefaultDeclaration') return unwrap(node.declaration).type === 'Identifier';
  const { left } = node.expression ?? {};
  return left?.type === 'MemberExpression' && /^(module|exports)$/.test(left.object.name ?? '');
}

function declared(program: Node): string[] {
  const imported = program.body
    .filter(({ type }: Node) => type === 'ImportDeclaration')
    .flatMap(({ specifiers }: Node) => specifiers.map(({ local }: Node) => local.name));
  return [...blockNames(program.body), ...varNames(program), ...imported];
}

function coreNames(program: Node): CoreNames {
  const core: CoreNames = { locals: new Map(), list: [] };
  const add = (node: Node, imported: Node, local: Node) => {
    const name: string = imported.name ?? imported.value;
    core.locals.set(name, local.name);
    core.list.push({ ...span(node), name });
  };
  for (const node of program.body) {
    if (node.type === 'ImportDeclaration' && node.importKind !== 'type' && node.source.value === ENGINE) {
      for (const specifier of node.specifiers) {
        if (specifier.type === 'ImportSpecifier') add(specifier, specifier.imported, specifier.local);
        if (specifier.type === 'ImportNamespaceSpecifier') core.namespace = specifier.local.name;
      }
    }
    if (node.type === 'TSImportEqualsDeclaration' && node.moduleReference.expression?.value === ENGINE)
      core.namespace = node.id.name;
    for (const { id, init } of node.type === 'VariableDeclaration' ? node.declarations : []) {
      if (init?.callee?.name !== 'require' || literal(init.arguments[0]) !== ENGINE) continue;
      if (id.type === 'Identifier') core.namespace = id.name;
      for (const property of id.properties ?? [])
        if (keyOf(property) !== undefined) add(property, property.key, property.value);
    }
  }
  return core;
}
