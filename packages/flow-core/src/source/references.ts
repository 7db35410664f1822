/** What a source file refers to: modules that it imports, and flows whose runs it reads. */
import { literal, type Node, visit } from './ast';
import { parseProgram } from './parse';

export interface SourceLinks {
  /** Specifiers of imports, re-exports, `import()` and `require()`, as they are written; of types too. */
  modules: string[];
  /** `client('movies')`: names of flows. */
  flows: string[];
}

/** @throws FlowError FLOW_SYNTAX, with file, line and column */
export function readLinks(file: string, text: string): SourceLinks {
  const modules = new Set<string>();
  const flows = new Set<string>();
  const add = (to: Set<string>, node: Node) => {
    const text = literal(node);
    if (text !== undefined) to.add(text);
  };
  visit(parseProgram(file, text), (node) => {
    switch (node.type) {
      case 'ImportDeclaration':
      case 'ExportAllDeclaration':
      case 'ExportNamedDeclaration':
      case 'ImportExpression':
        return add(modules, node.source);
      case 'TSExternalModuleReference':
        return add(modules, node.expression);
      case 'CallExpression':
        if (node.callee.name === 'require') add(modules, node.arguments[0]);
        if ((node.callee.name ?? node.callee.property?.name) === 'client') add(flows, node.arguments[0]);
    }
  });
  return { modules: [...modules], flows: [...flows] };
}
