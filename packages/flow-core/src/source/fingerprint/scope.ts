/**
 * Names that code declares for itself. A name counts as local only when that is certain: a reference too many
 * makes a fingerprint differ without need, one too few would make it equal when it must differ.
 */
import type { Node } from '../ast';
import { isErased } from './erased';

/** Undefined is the scope of the module: names that are bound there are reported as references. */
export type Scope = { names: ReadonlySet<string>; up: Scope } | undefined;

export function inner(up: Scope, names: Iterable<string>): Scope {
  const set = new Set(names);
  return set.size === 0 ? up : { names: set, up };
}

export function isLocal(name: string, scope: Scope): boolean {
  for (let at = scope; at; at = at.up) if (at.names.has(name)) return true;
  return false;
}

/** The names that a binding pattern declares. */
export function boundNames(pattern: Node, names: string[] = []): string[] {
  switch (pattern?.type) {
    case 'Identifier':
      names.push(pattern.name);
      break;
    case 'ObjectPattern':
      for (const property of pattern.properties)
        boundNames(property.type === 'RestElement' ? property.argument : property.value, names);
      break;
    case 'ArrayPattern':
      for (const element of pattern.elements) boundNames(element, names);
      break;
    case 'AssignmentPattern':
      boundNames(pattern.left, names);
      break;
    case 'RestElement':
      boundNames(pattern.argument, names);
      break;
    case 'TSParameterProperty':
      boundNames(pattern.parameter, names);
      break;
  }
  return names;
}

/** The names that the statements of a block declare in it: `let`, `const`, classes, functions, enums. */
export function blockNames(statements: readonly Node[], names: string[] = []): string[] {
  for (const statement of statements) {
    const node = statement?.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
    if (!node || isErased(node)) continue;
    if (node.type === 'VariableDeclaration' && node.kind !== 'var') {
      for (const { id } of node.declarations) boundNames(id, names);
    }
    if (/^(Function|Class|TSEnum|TSModule)Declaration$/.test(node.type) && node.id?.type === 'Identifier')
      names.push(node.id.name);
  }
  return names;
}

const FUNCTION =
  /^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression|StaticBlock|TSModuleBlock)$/;

/** The names that `var` declares in any block, for the function around it. Functions inside have their own. */
export function varNames(node: Node, names: string[] = []): string[] {
  if (!node || typeof node !== 'object' || isErased(node)) return names;
  if (node.type === 'VariableDeclaration' && node.kind === 'var') {
    for (const { id } of node.declarations) boundNames(id, names);
  }
  for (const value of Object.values(node)) {
    for (const item of Array.isArray(value) ? value : [value]) {
      if (item && typeof item === 'object' && 'type' in item && !FUNCTION.test(item.type))
        varNames(item, names);
    }
  }
  return names;
}
