/** Instances of the web's own classes, which every flow can store. A new one is an entry here, and in `STANDARD_IDS`. */
import { type InstanceCodec, isStandardId, type StandardId } from '../../definition/codec';

interface Kind<T> {
  take(value: T): unknown;
  make(taken: unknown): T;
}

/** By the name of the class, which is the id that is recorded. */
const KINDS: { [Id in StandardId]: Kind<InstanceType<(typeof globalThis)[Id]>> } = {
  URL: { take: ({ href }) => href, make: (href) => new URL(href as string) },
  URLSearchParams: { take: String, make: (text) => new URLSearchParams(text as string) },
  Headers: { take: (headers) => [...headers], make: (pairs) => new Headers(pairs as [string, string][]) },
};

/** @param value no plain object */
export function standardCodec(value: object): InstanceCodec<unknown> | undefined {
  const prototype = Object.getPrototypeOf(value);
  const id: unknown = prototype?.constructor?.name;
  if (typeof id !== 'string' || !isStandardId(id)) return undefined;
  return prototype === globalThis[id].prototype ? codecOf(id) : undefined;
}

export const standardById = (id: string): InstanceCodec<unknown> | undefined =>
  isStandardId(id) ? codecOf(id) : undefined;

function codecOf(id: StandardId): InstanceCodec<unknown> {
  const { take, make } = KINDS[id] as Kind<unknown>;
  return { id, version: 1, match: (value) => standardCodec(value as object)?.id === id, take, make };
}
