/** What a component gives: an object whose properties may be assigned at any time. */
import { types } from 'node:util';
import type { Block } from './document';
import { WRONG, type Wrong } from './given';
import { staleCards } from './stale';

/** Marks every handle, also of another copy of this package. */
const PART = Symbol.for('@nx-flow/core:card');

/** What the walk asks of who made the card. */
export interface CardHost {
  /** Milliseconds since 1970. */
  now(): number;
  /** The bytes of what has a path, such as an artifact made by `file()`. Without it, such images are not shown. */
  readFile?(path: string): Uint8Array;
}

/** One look at all components of a card. Nothing of it throws. */
export interface Walk {
  readonly host: CardHost;
  /**
   * @param value a handle, a text, or any other value, which is shown as a tree
   * @param path where it stands, such as `rows[3].price`
   */
  block(value: unknown, path?: string): Block;
  /**
   * Of a list that is longer than what a card shows, the beginning, and a word about the rest.
   * @param path the name of the list, such as `tabs[2]`
   * @param block how each is shown. Default: by `block`
   */
  blocks(
    values: readonly unknown[],
    path?: string,
    block?: (value: unknown, path: string | undefined) => Block,
  ): Block[];
}

interface Part {
  block(walk: Walk): Block;
  /** Called when something changed: by the cards that show it. */
  readonly listeners: Set<() => void>;
}

/** What every handle can do. */
export interface Updatable {
  /** Shows what was changed inside of a property, such as `t.rows.push(row)`. To assign a property is enough by itself. */
  update(): void;
}

/** What a card shows: a handle, or text, which is Markdown. */
export type Shown = Updatable | string;

/**
 * @param props what can be read and assigned
 * @param block what is shown of it, each time that the card is walked
 * @param methods what it can do besides; they call `update` themselves
 */
export function handle<P extends object, M extends object = object>(
  props: P,
  block: (props: P, walk: Walk) => Block,
  methods?: (props: P, update: () => void) => M,
): P & M & Updatable {
  const listeners = new Set<() => void>();
  const update = () => {
    for (const listener of [...listeners]) listener();
    const stale = staleCards();
    if (stale.size > 0) for (const changed of [...stale]) if (!listeners.has(changed)) changed();
  };
  const known: { [WRONG]?: Wrong } = props;
  const part: Part = {
    listeners,
    block(walk) {
      if (known[WRONG]) throw known[WRONG].error;
      return block(props, walk);
    },
  };
  Object.defineProperty(props, PART, { value: part });
  for (const [name, method] of Object.entries({ update, ...methods?.(props, update) }))
    Object.defineProperty(props, name, { value: method });
  return new Proxy(props, {
    set(target, name, value) {
      if (!Reflect.set(target, name, value)) return false;
      if (known[WRONG]?.name === name) delete known[WRONG];
      update();
      return true;
    },
  }) as P & M & Updatable;
}

/** @returns undefined where it is no handle. A value that throws when it is looked at is none */
export function partOf(value: unknown): Part | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  try {
    const part = (value as { [PART]?: Part })[PART];
    return typeof part?.block === 'function' && types.isSet(part.listeners) ? part : undefined;
  } catch {
    return undefined;
  }
}
