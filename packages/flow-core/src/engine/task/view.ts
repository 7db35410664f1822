/** What a task can see: names, each with where its artifact lies; and the objects through which a step reads them. */
import { SOURCE, type Source } from '../../definition/merge';
import { previewOf } from '../../definition/merge-conflict';
import type { ArtifactRecord } from '../../store/rows';

/** An artifact as it is visible somewhere: `at` is the task that stored it. */
export interface Visible extends ArtifactRecord {
  /** `step/task` of the same run, or `run/step/task` of another. */
  at: string;
}

/** What one task left behind, as the tasks after it see it. */
export interface View {
  /** That task, as the rows of its run name it; of what was given by hand, where it stands: `self`, `inputs.left`. */
  label: string;
  /** How messages name it, where that is not a task of the run at hand. */
  pathspec?: string;
  entries: Map<string, Visible>;
}

export type Decode = (record: ArtifactRecord) => unknown;

/** Told when a step reads an artifact that is not there; gives the value to use, or throws. */
export type Missing = (name: string, view: View) => unknown;

/** What one input says of a look at it. */
export interface InputReads {
  /** Its value, whether it is there, or a name that is not. */
  name(name: string): void;
  /** Its names and their order: by a spread, `Object.keys`, `merge()`. It counts as all of its values, too. */
  all(): void;
}

/** Of an input that nobody asks about afterwards. */
const UNNOTED: InputReads = { name: () => {}, all: () => {} };

/** Largest value, in bytes, that an error message shows. */
const PREVIEW_LIMIT = 1024;

/**
 * `self`, or one of `inputs`: an object that decodes an artifact when it is first read, as the reader's own copy,
 * and that merge() can take references from.
 * @param pathspec how messages name the input
 * @param reads Notes every look at it.
 */
export function lazyObject(
  view: View,
  decode: Decode,
  missing: Missing,
  pathspec: string = view.pathspec ?? view.label,
  reads: InputReads = UNNOTED,
): object {
  const read = (name: string): unknown => {
    const visible = view.entries.get(name);
    return visible ? decode(visible) : missing(name, view);
  };
  const source: Source = {
    label: pathspec,
    names() {
      reads.all();
      return view.entries.keys();
    },
    digest: (name) => (view.entries.get(name) as Visible).digest,
    reference: (name) => view.entries.get(name),
    read: (name) => target(name),
    preview(name) {
      const { type, size, ...visible } = view.entries.get(name) as Visible;
      return visible.bytes !== undefined && size <= PREVIEW_LIMIT
        ? previewOf(decode({ type, size, ...visible }))
        : `${/^[AEIO]/.test(type) ? 'an' : 'a'} ${type} of ${size.toLocaleString('en')} bytes`;
    },
  };
  const values: Record<string, unknown> = {};
  const target = (name: string): unknown => {
    if (!Object.hasOwn(values, name)) values[name] = read(name);
    return values[name];
  };
  return new Proxy(values, {
    get(_, key) {
      if (key === SOURCE) return source;
      if (typeof key === 'string') reads.name(key);
      if (typeof key === 'symbol' || key === 'then' || key === 'toJSON' || key === 'constructor') {
        return view.entries.has(key as string) ? target(key as string) : Reflect.get(Object.prototype, key);
      }
      if (!view.entries.has(key) && key in Object.prototype) return Reflect.get(Object.prototype, key);
      return target(key);
    },
    has(_, key) {
      if (typeof key === 'string') reads.name(key);
      return key === SOURCE || (typeof key === 'string' && view.entries.has(key));
    },
    ownKeys() {
      reads.all();
      return [...view.entries.keys()];
    },
    getOwnPropertyDescriptor(_, key) {
      if (typeof key === 'string') reads.name(key);
      return typeof key === 'string' && view.entries.has(key)
        ? { value: target(key), enumerable: true, configurable: true, writable: false }
        : undefined;
    },
    set(_, key) {
      throw new TypeError(
        `Artifacts are returned, not assigned: return { ${String(key)}: … } from the step.`,
      );
    },
    deleteProperty(_, key) {
      throw new TypeError(
        `An artifact cannot be deleted: name "${String(key)}" in the step's option \`drop\`.`,
      );
    },
  });
}

/** A list whose items are made when they are read. */
export function lazyList(makers: (() => unknown)[]): unknown[] {
  const list: unknown[] = new Array(makers.length);
  makers.forEach((make, i) => {
    Object.defineProperty(list, i, {
      enumerable: true,
      configurable: true,
      get() {
        const value = make();
        Object.defineProperty(list, i, { value, enumerable: true, configurable: true, writable: true });
        return value;
      },
    });
  });
  return list;
}
