/** Finds where zod's coercion would read something else than what was given: `''` as 0, `"false"` as true. */
import type { z } from 'zod';
import { exactBigint, exactDate, exactNumber } from './exact';

/** The fields of zod's definitions that are used. */
interface Definition {
  type: string;
  coerce?: boolean;
  innerType?: z.ZodType;
  in?: z.ZodType;
  out?: z.ZodType;
  transform?: unknown;
  options?: z.ZodType[];
  left?: z.ZodType;
  right?: z.ZodType;
  element?: z.ZodType;
  items?: z.ZodType[];
  rest?: z.ZodType | null;
  shape?: Record<string, z.ZodType>;
  catchall?: z.ZodType;
  valueType?: z.ZodType;
  getter?: () => z.ZodType;
}

/** Deeper than any schema that somebody wrote; a lazy schema may refer to itself. */
const DEEPEST = 100;

/**
 * Why a value must not be read by the schema, as the end of a sentence. Returns undefined where it may: the schema itself
 * says what else is wrong.
 */
export function silentReading(schema: z.ZodType, value: unknown, depth = 0): string | undefined {
  // What is no schema of zod is refused where the flow is declared, or reads in its own way.
  const def = schema._zod?.def as Definition | undefined;
  if (def === undefined || depth > DEEPEST) return undefined;
  const within = (inner: z.ZodType | null | undefined, v = value) =>
    inner ? silentReading(inner, v, depth + 1) : undefined;
  const at = (name: string | number, why: string | undefined) => why && `${name}: ${why}`;
  if (def.coerce) return coerced(def.type, value);
  switch (def.type) {
    case 'optional':
    case 'default':
    case 'prefault':
      return value === undefined ? undefined : within(def.innerType);
    case 'nullable':
      return value === null ? undefined : within(def.innerType);
    case 'pipe': {
      const text = textFrom(def, value);
      return within(def.in) ?? (text === undefined ? undefined : within(def.out, text));
    }
    case 'union':
      for (const option of def.options ?? []) {
        const why = within(option);
        if (made(option, value)) return why;
      }
      return undefined;
    case 'intersection':
      return within(def.left) ?? within(def.right);
    case 'lazy':
      return within(def.getter?.());
    case 'array':
    case 'tuple':
      if (!Array.isArray(value)) return undefined;
      return firstOf(value, (v, i) => at(i, within(def.element ?? def.items?.[i] ?? def.rest, v)));
    case 'object':
    case 'record':
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
      return firstOf(Object.entries(value), ([name, v]) => {
        const shape = def.shape ?? {};
        const own = Object.hasOwn(shape, name) ? shape[name] : (def.catchall ?? def.valueType);
        return at(name, within(own, v));
      });
    default:
      return within(def.innerType);
  }
}

function coerced(type: string, value: unknown): string | undefined {
  if (value === undefined) return undefined;
  const nothing = value === null || Array.isArray(value);
  switch (type) {
    case 'number':
      if (typeof value === 'string') return numberReading(value);
      return nothing || typeof value === 'boolean' ? 'it takes a number' : undefined;
    case 'bigint':
      if (typeof value === 'string') return exactBigint(value)?.why;
      return nothing || typeof value === 'boolean' ? 'it takes a whole number' : undefined;
    case 'date':
      if (typeof value === 'string') return dateReading(value);
      return nothing || typeof value === 'boolean' ? 'it takes a date, such as 2026-01-31' : undefined;
    case 'boolean':
      if (typeof value === 'boolean' || value === 0 || value === 1) return undefined;
      return typeof value === 'string' && TRUE.test(value) ? undefined : booleanReading(value);
    case 'string':
      return nothing || Object.prototype.toString.call(value) === '[object Object]'
        ? 'it takes text'
        : undefined;
    default:
      return undefined;
  }
}

function numberReading(text: string): string | undefined {
  const why = exactNumber(text)?.why;
  if (why === undefined || text.trim() === '') return why;
  return `${why}: let the schema take it as text or, if it is whole, by z.coerce.bigint()`;
}

const TRUE = /^(?:true|yes|on|1)$/i;

function booleanReading(value: unknown): string {
  const what = 'it takes true or false';
  if (typeof value !== 'string') return what;
  return `${what}, and z.coerce.boolean() would read it as ${Boolean(value)}: let the schema read it by param.bool()`;
}

/** Something that is no date at all is refused by the schema, unless JavaScript makes one of it. */
function dateReading(text: string): string | undefined {
  const read = exactDate(text);
  if (read) return read.why;
  return Number.isNaN(new Date(text).getTime()) ? undefined : 'it takes a date, such as 2026-01-31';
}

/** What the first half of a pipe makes of a text, where that is text, which the other half reads. Else undefined. */
function textFrom({ in: first, transform }: Definition, value: unknown): string | undefined {
  // A codec puts its own code between the halves.
  if (!first || transform || typeof value !== 'string') return undefined;
  const text = made(first, value)?.value;
  return typeof text === 'string' ? text : undefined;
}

/** What a schema makes of a value. Undefined where it refuses it, throws, or answers by a promise, which is let go. */
function made(schema: z.ZodType, value: unknown): { value: unknown } | undefined {
  try {
    const ran = schema._zod.run({ value, issues: [] }, { async: true });
    if (!('then' in ran)) return ran.issues.length === 0 ? { value: ran.value } : undefined;
    ran.catch(() => {});
  } catch {
    // The schema itself says so.
  }
  return undefined;
}

function firstOf<T>(
  list: readonly T[],
  find: (one: T, index: number) => string | undefined,
): string | undefined {
  for (const [index, one] of list.entries()) {
    const found = find(one, index);
    if (found !== undefined) return found;
  }
  return undefined;
}
