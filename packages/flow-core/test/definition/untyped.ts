/** The flow API without its types, for flows that the types forbid and the rules catch at run time. */
import { readFileSync } from 'node:fs';
import { isFlowError, type Problem } from '../../src/definition/errors';
import { flow, graphOf, oneOf } from '../../src/definition/flow';
import type { Graph } from '../../src/definition/graph';

export interface Handle {
  readonly name: string;
  when(value: string): Handle;
}
type Declare = (...args: unknown[]) => Handle;
export type UntypedFlow = Record<
  'start' | 'step' | 'foreach' | 'join' | 'gather' | 'switch' | 'loop' | 'end',
  Declare
>;

export const untyped = flow as unknown as (name: string, options?: object) => UntypedFlow;
export const anyOf = oneOf as unknown as (...steps: Handle[]) => Handle;
export const nothing = () => ({});

/** The problems that `declare` is refused with: none if it is accepted. */
export function problemsOf(declare: () => unknown): Problem[] {
  try {
    declare();
  } catch (error) {
    if (isFlowError(error) && error.code === 'FLOW_INVALID') return error.problems;
    throw error;
  }
  return [];
}

export function requireGraphOf(value: unknown): Graph {
  const graph = graphOf(value);
  if (!graph) throw new Error('This is no flow.');
  return graph;
}

/** Tells where in `file` a call stands, `file:line:column`: the column is that of the called name. */
export function placesIn(file: string): (call: RegExp) => string {
  const text = readFileSync(file, 'utf8');
  return (call) => {
    const found = [...text.matchAll(new RegExp(call, 'g'))];
    if (found.length !== 1) throw new Error(`${call} stands ${found.length} times in ${file}.`);
    const match = found[0] as RegExpMatchArray;
    const before = text.slice(0, (match.index as number) + match[0].indexOf('.') + 1).split('\n');
    return `${file}:${before.length}:${(before.at(-1) as string).length + 1}`;
  };
}

/** As {@link placesIn}, for a name whose column a compiler may lose: `switch` is a word of the language. */
export function lineIn(file: string): (call: RegExp) => RegExp {
  const at = placesIn(file);
  return (call) => {
    const line = at(call)
      .replace(/:\d+$/, '')
      .replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    return new RegExp(`^${line}:\\d+$`);
  };
}
