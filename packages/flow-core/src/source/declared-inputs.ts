/** The declared inputs of a flow: whether they are still what a run read. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Graph } from '../definition/graph';

/** Digests of variables by their names, null for one that is not set: their values are nobody's business. */
export type VariableDigests = Readonly<Record<string, string | null>>;

/** The declared variables as they are now. Undefined when there are none. */
export function declaredVariables({ inputs = [] }: Graph): VariableDigests | undefined {
  const names = inputs.flatMap((input) => (typeof input === 'string' ? [] : input.env));
  if (names.length === 0) return undefined;
  return Object.fromEntries([...new Set(names)].sort().map((name) => [name, digestOf(name)]));
}

export interface VariableDifference {
  name: string;
  change: 'changed' | 'set' | 'unset';
}

/** The declared variables that a run recorded otherwise. One that it did not declare is no difference. */
export function variableDifferences(graph: Graph, recorded: VariableDigests = {}): VariableDifference[] {
  return Object.entries(declaredVariables(graph) ?? {}).flatMap(([name, now]): VariableDifference[] => {
    const before = Object.hasOwn(recorded, name) ? recorded[name] : now;
    if (before === now) return [];
    return [{ name, change: before === null ? 'set' : now === null ? 'unset' : 'changed' }];
  });
}

/** The end of a sentence about a variable. */
export const VARIABLE_CHANGES: Record<VariableDifference['change'], string> = {
  changed: 'has another value',
  set: 'was not set, and is now',
  unset: 'was set, and is not now',
};

function digestOf(name: string): string | null {
  const value = process.env[name];
  return value === undefined
    ? null
    : createHash('sha256')
        .update(JSON.stringify([name, value]))
        .digest('hex');
}

/** The files that its globs name, or the folders that hold them. @param folder the folder of the flow's file */
export function declaredPlaces({ inputs = [] }: Graph, folder: string): string[] {
  return inputs.flatMap((input) => {
    if (typeof input !== 'string' || input.startsWith('!')) return [];
    const parts = input.split('/');
    const magic = parts.findIndex((part) => /[[\](){}*?!]/.test(part));
    return join(folder, ...parts.slice(0, magic < 0 ? undefined : magic));
  });
}
