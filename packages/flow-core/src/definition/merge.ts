/**
 * merge(): passes artifacts on by reference.
 * Long, because its types are half of it, and read as one with what they type.
 */
import { isDeepStrictEqual } from 'node:util';
import { FlowError, suggest } from './errors';
import { type Conflict, conflictError, literal, previewOf, type Seen } from './merge-conflict';
import type { Included, Merged, NameOf } from './types';

/**
 * Marks an input that the engine made. Its value shows where artifacts come from without decoding them. The empty list of a
 * join whose foreach had nothing to split has one too: of what stood before the foreach.
 */
export const SOURCE = Symbol.for('@nx-flow/core:source');
/**
 * The description of the symbol that holds a merged object's references. A symbol survives `{ ...merge(inputs) }`,
 * and no value is read on the way. Each merge has its own symbol, since a step may spread several.
 */
const MERGED = '@nx-flow/core:merged';

/** What an engine-made input knows of its artifacts: for each name, the digest and how to pass the value on. */
export interface Source {
  /** The pathspec that messages show for this input. */
  readonly label: string;
  names(): Iterable<string>;
  digest(name: string): string;
  reference(name: string): unknown;
  read(name: string): unknown;
  /** The value in a few words, or its type and size: for messages, without reading what is large. */
  preview(name: string): string;
}

export interface MergeOptions<X extends string, N extends string = string> {
  /** Names that are not taken over. */
  exclude?: readonly X[];
  /** The only names that are taken over. */
  include?: readonly N[];
}

/**
 * The artifacts of all inputs, passed on by reference: nothing is read or copied. `exclude` leaves names out,
 * `include` takes only these. A name with different values in two inputs is an error that lists every such name
 * (FLOW_MERGE_CONFLICT), unless it is left out or the step sets it. `const { a, ...rest } = merge(inputs)` reads
 * `a`, and `...rest` passes on all but `a`. Of a foreach over nothing it is what stood before the foreach.
 *
 * @throws FlowError FLOW_MERGE_OPTIONS for both options at once, FLOW_MERGE_NAME for an included name that no input has
 * @example
 * ```ts
 * const both = f.gather('both', { after: { left, right } }, ({ inputs }) => ({ ...merge(inputs), total: inputs.left.a }));
 * ```
 */
export function merge<I extends object, X extends string = never>(
  inputs: I,
  options?: { exclude?: readonly X[]; include?: undefined },
): Merged<I, X>;
export function merge<I extends object, const N extends NameOf<I>>(
  inputs: I,
  options: { include: readonly N[]; exclude?: undefined },
): Included<I, N>;
export function merge(inputs: object, options: MergeOptions<string> = {}): object {
  const all = Object.entries(inputs) as [string, object][];
  const before = (inputs as { [SOURCE]?: Source })[SOURCE];
  const sources = before ? [before] : all.map(([, input]) => (input as { [SOURCE]?: Source })[SOURCE]);
  const ofEngine = sources.every((source): source is Source => source !== undefined);
  const takes = chooser(options, () =>
    ofEngine ? sources.flatMap((source) => [...source.names()]) : all.flatMap(([, one]) => Object.keys(one)),
  );
  if (ofEngine) return mergeSources(sources, takes, options);
  return mergeValues(all, Array.isArray(inputs), takes, options);
}

/** @throws FlowError FLOW_MERGE_OPTIONS, FLOW_MERGE_NAME */
function chooser(
  { include, exclude }: MergeOptions<string>,
  names: () => string[],
): (name: string) => boolean {
  if (include === undefined) {
    const excluded = new Set(exclude ?? []);
    return (name) => !excluded.has(name);
  }
  if (exclude !== undefined) {
    throw new FlowError(
      'FLOW_MERGE_OPTIONS',
      'merge() takes `include` or `exclude`, not both: `include` leaves out everything else already.',
      { exit: 1 },
    );
  }
  const there = new Set(names());
  const unknown = include.filter((name) => !there.has(name));
  if (unknown.length > 0) {
    const each = unknown.map((name) => `"${name}". ${suggest(name, there, 'They have none.')}`);
    throw new FlowError('FLOW_MERGE_NAME', `merge() is to include what no input has: ${each.join(' ')}`, {
      exit: 1,
    });
  }
  const included = new Set(include);
  return (name) => included.has(name);
}

interface Entry {
  /** Absent when the merged object holds the value itself. */
  reference?: unknown;
  read(): unknown;
  conflict?: () => Conflict;
}
/** What one merge keeps under its symbol: for each name, how it is passed on. */
export interface References {
  entries: ReadonlyMap<string, Entry>;
  /** The call with other options: what to write instead. */
  without(names: readonly string[]): string;
}

function mergeSources(
  sources: readonly Source[],
  takes: (name: string) => boolean,
  options: MergeOptions<string>,
): object {
  const entries = new Map<string, Entry>();
  const digests = new Map<string, string>();
  for (const source of sources) {
    for (const name of source.names()) {
      if (!takes(name)) continue;
      const entry = entries.get(name);
      const digest = source.digest(name);
      if (!entry) {
        digests.set(name, digest);
        entries.set(name, { reference: source.reference(name), read: () => source.read(name) });
      } else if (!entry.conflict && digests.get(name) !== digest) {
        entry.conflict = () => conflictOf(sources, name);
      }
    }
  }
  return mergedObject({}, { entries, without: withoutNames(options) });
}

/** Groups the inputs by their values, in the order of the inputs. Only computed when the conflict is reported. */
function conflictOf(sources: readonly Source[], name: string): Conflict {
  const groups = new Map<string, Seen>();
  for (const source of sources) {
    if (![...source.names()].includes(name)) continue;
    const digest = source.digest(name);
    const seen = groups.get(digest) ?? { preview: () => source.preview(name), labels: [] };
    seen.labels.push(source.label);
    groups.set(digest, seen);
  }
  return { name, values: [...groups.values()] };
}

/** Merges plain objects, as in a unit test. A name with different values is an error unless the step sets it. */
function mergeValues(
  inputs: readonly [string, object][],
  isList: boolean,
  takes: (name: string) => boolean,
  options: MergeOptions<string>,
): object {
  const seen = new Map<string, { value: unknown; labels: string[] }[]>();
  for (const [key, input] of inputs) {
    for (const [name, value] of Object.entries(input)) {
      if (!takes(name)) continue;
      const groups = seen.get(name) ?? [];
      seen.set(name, groups);
      const label = isList ? `inputs[${key}]` : `inputs.${key}`;
      const group = groups.find((one) => isDeepStrictEqual(one.value, value));
      if (group) group.labels.push(label);
      else groups.push({ value, labels: [label] });
    }
  }
  const values: Record<string, unknown> = {};
  const entries = new Map<string, Entry>();
  for (const [name, groups] of seen) {
    const { value: first } = groups[0] as { value: unknown };
    if (groups.length === 1) values[name] = first;
    else {
      const conflict = () => ({
        name,
        values: groups.map(({ value, labels }) => ({ preview: () => previewOf(value), labels })),
      });
      entries.set(name, { read: () => first, conflict });
    }
  }
  return entries.size === 0 ? values : mergedObject(values, { entries, without: withoutNames(options) });
}

function withoutNames({ include, exclude = [] }: MergeOptions<string>): References['without'] {
  return (names) => {
    const [option, list] =
      include === undefined
        ? ['exclude', [...new Set([...exclude, ...names])]]
        : ['include', include.filter((name) => !names.includes(name))];
    return `merge(inputs, { ${option}: [${list.map(literal).join(', ')}] })`;
  };
}

/**
 * The object that merge() returns. Its names can be read but are not enumerable: `{ ...merge(inputs) }` copies
 * only the symbol. A copy asks for the property descriptor of each name, and `const { a, ...rest }` does not ask
 * for `a`: so the copy gets the references of the names that it asked for.
 */
function mergedObject(values: Record<string, unknown>, { entries: all, without }: References): object {
  const key = Symbol(MERGED);
  const entries = new Map(all);
  let asked = new Set<string>();
  let copied: References | undefined;
  return new Proxy(values, {
    ownKeys(target) {
      asked = new Set();
      copied = undefined;
      const own = Reflect.ownKeys(target);
      return [...own, ...[...entries.keys()].filter((name) => !Object.hasOwn(target, name)), key];
    },
    getOwnPropertyDescriptor(target, name) {
      if (name === key) {
        copied = { entries: new Map([...entries].filter(([one]) => asked.has(one))), without };
        return { value: undefined, enumerable: true, configurable: true, writable: true };
      }
      if (typeof name === 'symbol' || Object.hasOwn(target, name) || !entries.has(name)) {
        return Reflect.getOwnPropertyDescriptor(target, name);
      }
      asked.add(name);
      return { value: undefined, enumerable: false, configurable: true, writable: true };
    },
    has: (target, name) => name === key || entries.has(name as string) || Reflect.has(target, name),
    get(target, name) {
      if (name === key) {
        const given = copied ?? { entries, without };
        copied = undefined;
        return given;
      }
      const entry = Object.hasOwn(target, name) ? undefined : entries.get(name as string);
      return entry ? entry.read() : Reflect.get(target, name);
    },
    deleteProperty(target, name) {
      entries.delete(name as string);
      return Reflect.deleteProperty(target, name);
    },
    // A name that is set belongs to the step. The engine recognises it as enumerable.
    set: (target, name, value) => Reflect.set(target, name, value),
  });
}

/**
 * The references in what a step returned, without the names that it set itself. Conflicts among them are an error.
 * When several merges have a name, the last one wins.
 * @throws FlowError FLOW_MERGE_CONFLICT
 */
export function mergedReferences(returned: object): Map<string, unknown> {
  const entries = new Map<string, [Entry, References]>();
  for (const symbol of mergeKeys(returned)) {
    const references = (returned as Record<symbol, References>)[symbol] as References;
    for (const [name, entry] of references.entries) entries.set(name, [entry, references]);
  }
  const taken = new Map<string, unknown>();
  const conflicts: Conflict[] = [];
  let merged: References | undefined;
  for (const [name, [{ reference, conflict }, references]] of entries) {
    if (Object.prototype.propertyIsEnumerable.call(returned, name)) continue;
    if (conflict) {
      conflicts.push(conflict());
      merged ??= references;
    } else if (reference !== undefined) taken.set(name, reference);
  }
  if (merged) throw conflictError(conflicts, merged.without(conflicts.map(({ name }) => name)));
  return taken;
}

/** The symbols under which an object has references. */
export function mergeKeys(object: object): symbol[] {
  return Object.getOwnPropertySymbols(object).filter(({ description }) => description === MERGED);
}
