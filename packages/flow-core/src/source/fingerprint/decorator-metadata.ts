/**
 * Classes that need `emitDecoratorMetadata`. What compiles flows knows no types, so it emits none: `design:type` and
 * its kind are undefined, and what injects dependencies by them finds nothing.
 */
import type { Problem } from '../../definition/errors';
import { Lines, type Node, visit } from '../ast';
import { parseProgram } from '../parse';
import { compilerOption, governingConfig } from '../tsconfig';
import { diskHost, Sources } from './host';
import { factsOf } from './module';
import { surroundingsOf } from './modules';

/**
 * A warning for each file that has decorators and a tsconfig that asks for their metadata.
 * @param file the flow, absolute
 * @param root the workspace
 * @throws FlowError FLOW_SYNTAX, FLOW_IMPORT
 */
export function decoratorMetadata(file: string, root: string): Problem[] {
  const sources = new Sources(diskHost);
  const { modules, root: real } = surroundingsOf(file, root, sources);
  const found: Problem[] = [];
  const seen = new Set([modules.entry]);
  for (const at of seen) {
    const { sources: imported, units, text } = modules.module(at);
    const loaded = units.flatMap((unit) => factsOf(unit).flatMap(({ loads }) => [...loads]));
    for (const specifier of new Set([...imported, ...loaded]))
      for (const target of modules.resolve(specifier, at))
        if (target.kind === 'module') seen.add(target.file);
    if (!/\.[cm]?tsx?$/.test(at) || !text.includes('@') || /[\\/]node_modules[\\/]/.test(at)) continue;
    const config = governingConfig(at, real, sources);
    if (!config || compilerOption(config, 'emitDecoratorMetadata', sources) !== true) continue;
    const offset = firstDecorator(parseProgram(at, text));
    if (offset === undefined) continue;
    const { line, column } = new Lines(text).at(offset);
    const message =
      'The tsconfig asks for emitDecoratorMetadata, and flows are compiled without types: this decorator finds no metadata. Build the library with tsc and import what is built, or name the types in the decorator.';
    found.push({ code: 'FLOW_DECORATOR_METADATA', message, where: `${at}:${line}:${column}` });
  }
  return found;
}

function firstDecorator(program: Node): number | undefined {
  let first: number | undefined;
  visit(program, (node: Node) => {
    for (const { start } of node.decorators ?? []) if (first === undefined || start < first) first = start;
  });
  return first;
}
