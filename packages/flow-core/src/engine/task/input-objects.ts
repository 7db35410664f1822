/** `self`, `inputs`, `input` and `stack`: what a body reads artifacts through; each is decoded when it is read. */

import type { StepNode } from '../../definition/graph';
import { SOURCE, type Source } from '../../definition/merge';
import { previewOf } from '../../definition/merge-conflict';
import { thousands } from '../../definition/thousands';
import { isFileRecord } from '../../store/values/file-record';
import { Printable, readable, SHORT, unread } from '../../store/values/printable';
import type { Getters } from './computed';
import type { Execution } from './execution';
import { emptyList, lazyList } from './input-lists';
import { fullPathspec } from './label';
import type { ReadLog } from './reads';
import { sharing } from './sharing';
import type { TaskSpec } from './task';
import type { Decode, InputReads, Missing, ReadLarge, View, Visible } from './view';

/** What stands before `start`. */
const EMPTY: View = { label: 'start', entries: new Map() };

/** What reads some values in another way. */
export interface Readers {
  /** The large values of an input, where there are too many to keep them. */
  large?: (() => ReadLarge) | undefined;
  /** What a foreach shares among its splits. */
  shared?: Decode | undefined;
}

/**
 * Gives a context what its task can read.
 * @param reads Notes what the body looks at.
 */
export function addInputs(
  context: Getters,
  execution: Execution,
  node: StepNode,
  reads: ReadLog,
  { large, shared }: Readers = {},
): void {
  const { run, spec, artifacts } = execution;
  const missing: Missing = execution.missing ?? (() => undefined);
  const object = (label: string, input: number) => {
    const view = execution.view(label);
    const pathspec = run.run === 'spin' ? undefined : () => fullPathspec(run.flow, Number(run.run), label);
    const decode = shared
      ? sharing(view, node.share as string[], shared, artifacts.decode)
      : artifacts.decode;
    return lazyObject(view, decode, missing, reads.input(input, view), pathspec, large?.());
  };
  const many = node.kind === 'join' || node.kind === 'gather';
  const inputs =
    inputsOf(node, spec, object) ?? lazyObject(EMPTY, artifacts.decode, missing, reads.input(0, EMPTY));
  context[many ? 'inputs' : 'self'] = () => inputs;
  const itemOf = ({ step, shownBy, over, index }: TaskSpec['stack'][number]) => {
    reads.item(step);
    const view = execution.view(shownBy);
    const list = view.entries.get(over);
    return list ? artifacts.item(list, index) : missing(over, view);
  };
  let stack: unknown[] | undefined;
  context.stack = () => (stack ??= lazyList(spec.stack.map((frame) => () => itemOf(frame)).reverse()));
  const own = spec.stack.at(-1);
  if (!own || node.kind === 'join') return;
  context.index = () => {
    reads.index();
    return own.index;
  };
  let read = false;
  let value: unknown;
  context.input = () => {
    if (!read) [value, read] = [itemOf(own), true];
    return value;
  };
}

/**
 * Of a join a list, of a gather an object with its branches, else one object; undefined for what has no inputs.
 * @param object makes the object of an input, by its label and its number
 */
export function inputsOf(
  { kind }: StepNode,
  { parents, base, branches }: Pick<TaskSpec, 'parents' | 'base' | 'branches'>,
  object: (label: string, input: number) => object,
): unknown {
  if (kind === 'join')
    return base === undefined
      ? lazyList(parents.map((label, i) => () => object(label, i)))
      : emptyList(() => object(base, 0));
  if (kind === 'gather')
    return Object.freeze(Object.fromEntries(parents.map((label, i) => [branches?.[i], object(label, i)])));
  return parents[0] === undefined ? undefined : object(parents[0], 0);
}

/** Of an input that nobody asks about afterwards. */
const UNNOTED: InputReads = { name: () => {}, all: () => {} };

/** Whether its bytes are not in the record. */
export const isLarge = ({ hash }: Visible): boolean => hash !== undefined;

/** Largest value, in bytes, that an error message shows. */
const PREVIEW_LIMIT = 1024;

/**
 * `self`, or one of `inputs`: an object that decodes an artifact when it is first read, as the reader's own copy,
 * and that merge() can take references from.
 * @param reads Notes every look at it.
 * @param pathspec how messages name the input
 * @param large Reads large values; by default they are kept as all others are.
 */
export function lazyObject(
  view: View,
  decode: Decode,
  missing: Missing,
  reads: InputReads = UNNOTED,
  pathspec = () => view.pathspec ?? view.label,
  large?: ReadLarge,
): object {
  return new Proxy(new Printable() as Values, new Input(view, decode, missing, reads, pathspec, large));
}

type Values = Record<string, unknown>;

/** What stands behind a lazy object: one for each, and nothing else, since a quick task reads little of it. */
class Input implements ProxyHandler<Values> {
  readonly #view: View;
  readonly #decode: Decode;
  readonly #missing: Missing;
  readonly #reads: InputReads;
  readonly #pathspec: () => string;
  readonly #large: ReadLarge | undefined;

  constructor(
    view: View,
    decode: Decode,
    missing: Missing,
    reads: InputReads,
    pathspec: () => string,
    large: ReadLarge | undefined,
  ) {
    this.#view = view;
    this.#decode = decode;
    this.#missing = missing;
    this.#reads = reads;
    this.#pathspec = pathspec;
    this.#large = large;
  }

  get(values: Values, key: string | symbol): unknown {
    if (key === SOURCE) return this.#source(values);
    if (key === SHORT) return this.#short(values);
    if (typeof key === 'string') this.#reads.name(key);
    const { entries } = this.#view;
    if (typeof key === 'symbol' || key === 'then' || key === 'toJSON' || key === 'constructor') {
      return entries.has(key as string)
        ? this.#value(values, key as string)
        : Reflect.get(Object.prototype, key);
    }
    if (!entries.has(key) && key in Object.prototype) return Reflect.get(Object.prototype, key);
    return this.#value(values, key);
  }

  getPrototypeOf(): object {
    return Object.prototype;
  }

  has(_: Values, key: string | symbol): boolean {
    if (typeof key === 'string') this.#reads.name(key);
    return key === SOURCE || (typeof key === 'string' && this.#view.entries.has(key));
  }

  ownKeys(): string[] {
    this.#reads.all();
    return [...this.#view.entries.keys()];
  }

  getOwnPropertyDescriptor(values: Values, key: string | symbol): PropertyDescriptor | undefined {
    if (typeof key === 'string') this.#reads.name(key);
    return typeof key === 'string' && this.#view.entries.has(key)
      ? { value: this.#value(values, key), enumerable: true, configurable: true, writable: false }
      : undefined;
  }

  set(_: Values, key: string | symbol): never {
    throw new TypeError(`Artifacts are returned, not assigned: return { ${String(key)}: … } from the step.`);
  }

  deleteProperty(_: Values, key: string | symbol): never {
    throw new TypeError(
      `An artifact cannot be deleted: name "${String(key)}" in the step's option \`drop\`.`,
    );
  }

  #value(values: Values, name: string): unknown {
    if (!Object.hasOwn(values, name)) {
      const visible = this.#view.entries.get(name);
      if (this.#large && visible && isLarge(visible)) return this.#large(name, visible);
      values[name] = visible ? this.#decode(visible) : this.#missing(name, this.#view);
    }
    return values[name];
  }

  /** For a line: a large value that nobody has read is not decoded for it, and one that cannot be read harms nobody. */
  #short(values: Values): Values {
    this.#reads.all();
    const short: Values = {};
    for (const [name, visible] of this.#view.entries) {
      this.#reads.name(name);
      const isUnread = isLarge(visible) && !isFileRecord(visible) && !Object.hasOwn(values, name);
      const value = isUnread ? unread(visible) : readable(visible, () => this.#value(values, name));
      Object.defineProperty(short, name, { value, enumerable: true });
    }
    return short;
  }

  #source(values: Values): Source {
    const { entries } = this.#view;
    const of = (name: string) => entries.get(name) as Visible;
    return {
      label: this.#pathspec(),
      names: () => {
        this.#reads.all();
        return entries.keys();
      },
      digest: (name) => of(name).digest,
      reference: (name) => entries.get(name),
      read: (name) => this.#value(values, name),
      preview: (name) => {
        const { type, size, bytes } = of(name);
        return bytes !== undefined && size <= PREVIEW_LIMIT
          ? previewOf(this.#decode(of(name)))
          : `${/^[AEIO]/.test(type) ? 'an' : 'a'} ${type} of ${thousands(size)} bytes`;
      },
    };
  }
}
