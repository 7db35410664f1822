/** merge(): passes artifacts on by reference. */
import { FlowError } from './errors';
import type { Merged } from './types';

/** On an input that the engine made: says where its artifacts come from, without decoding them. */
export const SOURCE = Symbol.for('@nx-flow/core:source');
/**
 * What the key is called under which a merged object has its references. A symbol survives `{ ...merge(inputs) }`, and
 * no value is read on the way. Each merge has a symbol of its own: a step may spread several.
 */
const MERGED = '@nx-flow/core:merged';

/** What an engine-made input knows of itself: for each name, what tells its value apart and how to pass it on. */
export interface Source {
  /** How people name this input: a pathspec. */
  readonly label: string;
  names(): Iterable<string>;
  digest(name: string): string;
  reference(name: string): unknown;
  read(name: string): unknown;
}

export interface MergeOptions<X extends string> {
  /** Names that are not taken over. */
  exclude?: readonly X[];
}

/**
 * The artifacts of all inputs, passed on by reference: nothing is read or copied. A name that has different values in
 * two inputs is an error that lists every such name (FLOW_MERGE_CONFLICT), unless it is excluded or the step sets it.
 *
 * @example
 * ```ts
 * const both = f.gather('both', { after: { left, right } }, ({ inputs }) => ({ ...merge(inputs), total: inputs.left.a }));
 * ```
 */
export function merge<I extends object, X extends string = never>(
  inputs: I,
  options: MergeOptions<X> = {},
): Merged<I, X> {
  const exclude = new Set<string>(options.exclude ?? []);
  const all = Object.values(inputs) as object[];
  const sources = all.map((input) => (input as { [SOURCE]?: Source })[SOURCE]);
  if (sources.every((source): source is Source => source !== undefined)) {
    return mergeSources(sources, exclude) as Merged<I, X>;
  }
  const merged: Record<string, unknown> = {};
  for (const input of all) {
    for (const [name, value] of Object.entries(input)) {
      if (!exclude.has(name)) merged[name] = value;
    }
  }
  return merged as Merged<I, X>;
}

export type References = Map<string, { reference: unknown; conflict?: string }>;

function mergeSources(sources: Source[], exclude: ReadonlySet<string>): object {
  const references: References = new Map();
  const seen = new Map<string, { source: Source; digest: string }>();
  for (const source of sources) {
    for (const name of source.names()) {
      if (exclude.has(name)) continue;
      const before = seen.get(name);
      const digest = source.digest(name);
      if (!before) {
        seen.set(name, { source, digest });
        references.set(name, { reference: source.reference(name) });
      } else if (before.digest !== digest) {
        const entry = references.get(name);
        if (entry && entry.conflict === undefined) {
          entry.conflict = `"${name}" differs between ${before.source.label} and ${source.label}`;
        }
      }
    }
  }
  const merged = { [Symbol(MERGED)]: references };
  for (const [name, { source }] of seen) {
    Object.defineProperty(merged, name, {
      get: () => source.read(name),
      enumerable: false,
      configurable: true,
    });
  }
  return merged;
}

/** The references in what a step returned, less the names that it set itself; conflicts among the rest are an error. Of several merges, the last has a name. */
export function mergedReferences(returned: object): Map<string, unknown> {
  const references = new Map(
    Object.getOwnPropertySymbols(returned)
      .filter((key) => key.description === MERGED)
      .flatMap((key) => [...(returned as Record<symbol, References>)[key as never]]),
  );
  const taken = new Map<string, unknown>();
  const conflicts: string[] = [];
  for (const [name, { reference, conflict }] of references) {
    if (Object.prototype.propertyIsEnumerable.call(returned, name)) continue;
    if (conflict !== undefined) conflicts.push(conflict);
    else taken.set(name, reference);
  }
  if (conflicts.length > 0) {
    throw new FlowError(
      'FLOW_MERGE_CONFLICT',
      `merge() met different values: ${conflicts.join('; ')}. Set them in the step's return value, or exclude them: merge(inputs, { exclude: […] }).`,
      { exit: 1 },
    );
  }
  return taken;
}
