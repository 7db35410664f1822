/** Finds the `await` at the top of a file, which holds up its import. */
import { readFileSync } from 'node:fs';
import { Lines, type Node } from './ast';
import { parseProgram } from './parse';

/** Code in these is not executed by the import itself. */
const LATER =
  /^(?:ArrowFunctionExpression|FunctionDeclaration|FunctionExpression|MethodDefinition|PropertyDefinition)$/;

/** Returns `file:line:column` of the only `await` at the top. Undefined when there is none, or more than one. */
export function topLevelAwait(file: string): string | undefined {
  try {
    const text = readFileSync(file, 'utf8');
    const lines = new Lines(text);
    const found: Node[] = [];
    collect(parseProgram(file, text, lines), found);
    if (found.length !== 1) return undefined;
    const { line, column } = lines.at(found[0].start);
    return `${file}:${line}:${column}`;
  } catch {
    return undefined;
  }
}

function collect(node: Node, found: Node[]): void {
  if (Array.isArray(node)) for (const one of node) collect(one, found);
  else if (typeof node?.type === 'string' && !LATER.test(node.type)) {
    if (node.type === 'AwaitExpression' || (node.type === 'ForOfStatement' && node.await)) found.push(node);
    for (const value of Object.values(node)) if (typeof value === 'object') collect(value, found);
  }
}
