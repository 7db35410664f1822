/** The declared inputs of a flow: whether they are still what a run read. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Graph } from '../definition/graph';

/** One digest of the declared variables as they are now; they may be secrets. Undefined when there are none. */
export function environmentDigest({ inputs = [] }: Graph): string | undefined {
  const names = inputs.flatMap((input) => (typeof input === 'string' ? [] : input.env));
  if (names.length === 0) return undefined;
  const values = [...new Set(names)].sort().map((name) => [name, process.env[name] ?? null]);
  return createHash('sha256').update(JSON.stringify(values)).digest('hex');
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
