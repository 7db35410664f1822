/** What users give a component: taken as it is made, without a throw, and never without an end. What is wrong is told in the walk. */
import { types } from 'node:util';
import { lineOf } from './text';
import { Unshowable } from './unshowable';

/** Items of one list: of an array, which is in memory already, and of anything else that is read one by one. */
const [ARRAY, READ] = [1_000_000, 100_000];

/** Why a component is not shown, and which property is to blame: to assign it anew makes it good. */
export interface Wrong {
  name: string;
  error: unknown;
}

/** Where the properties of a handle have what is wrong with them. It is copied with them. */
export const WRONG = Symbol('wrong');

/** A copy of options. */
export function taken<O extends object>(options: O): O {
  if (options === null || options === undefined) return {} as O;
  if (typeof options !== 'object' || Array.isArray(options) || ArrayBuffer.isView(options))
    return wrong('', new Unshowable(`options have to be an object, not ${lineOf(options)}`)) as O;
  try {
    return { ...options };
  } catch (error) {
    return wrong('', error) as O;
  }
}

/**
 * A list of the handle's own under this name: of an array or whatever can be read once. What is no list is kept as it is, and is
 * told when it is looked at.
 */
export function listed<N extends string, T>(name: N, given: Iterable<T>): { [name in N]: T[] } {
  try {
    return { [name]: copyOf(given, name) } as { [name in N]: T[] };
  } catch (error) {
    return { [name]: [], ...wrong(name, error) } as never;
  }
}

function copyOf(given: unknown, name: string): unknown {
  const isProxy = types.isProxy(given);
  if (!isProxy && (Array.isArray(given) || types.isTypedArray(given))) {
    if (given.length > ARRAY) throw tooLong(name, ARRAY);
    return Array.from(given);
  }
  const isRead = typeof given === 'object' && given !== null && Symbol.iterator in given;
  if (!isRead) return given;
  const items: unknown[] = [];
  for (const item of given as Iterable<unknown>) {
    if (items.length === READ) throw tooLong(name, READ);
    items.push(item);
  }
  return items;
}

function tooLong(name: string, most: number): Unshowable {
  return new Unshowable(
    `${name} has more than ${most.toLocaleString('en')} items: give fewer, such as the last ones`,
  );
}

/** Adds items to the end of a list of the user's. */
export function append<N extends string>(
  props: { [name in N]: unknown },
  name: N,
  ...items: unknown[]
): void {
  try {
    (props[name] as unknown[]).push(...items);
  } catch {
    const why = `${name} has to be an array for add, not ${lineOf(props[name])}`;
    Object.assign(props, wrong(name, new Unshowable(why)));
  }
}

function wrong(name: string, error: unknown): { [WRONG]: Wrong } {
  return { [WRONG]: { name, error } };
}
