/**
 * The default: node:v8's structured clone. It keeps Map, Set, Date, BigInt, RegExp, typed arrays, shared references and
 * cycles. What it would change without a word (errors, objects without prototype) is replaced by records on the way in.
 */

import { types } from 'node:util';
import { deserialize, serialize } from 'node:v8';
import type { Codec } from './codec';

const PLAIN = 0;
const SPECIAL = 1;

export const v8: Codec = {
  id: 'v8',
  version: 1,
  match: () => true,
  encode(value, walked) {
    const special = walked?.special === true;
    const body = serialize(special ? pack(value) : value);
    const bytes = Buffer.allocUnsafe(body.length + 1);
    bytes[0] = special ? SPECIAL : PLAIN;
    body.copy(bytes, 1);
    return bytes;
  },
  decode(bytes) {
    const value = deserialize(bytes.subarray(1));
    return bytes[0] === SPECIAL ? unpack(value as Packed) : value;
  },
};

type Special =
  | { kind: 'error'; fields: [string, unknown, boolean][] }
  | { kind: 'null'; fields: [string, unknown, boolean][] };
interface Packed {
  value: unknown;
  /** The stand-ins, by identity: v8 keeps it. */
  specials: Map<object, Special>;
}

/** A copy of the value, identities kept, in which errors and objects without prototype are empty stand-ins. */
function pack(root: unknown): Packed {
  const copies = new Map<object, object>();
  const specials = new Map<object, Special>();
  const copy = (v: unknown): unknown => {
    if (typeof v !== 'object' || v === null) return v;
    const known = copies.get(v);
    if (known) return known;
    if (Array.isArray(v)) {
      const out: unknown[] = new Array(v.length);
      copies.set(v, out);
      for (const key of Object.keys(v)) out[key as never] = copy(v[key as never]) as never;
      return out;
    }
    if (types.isMap(v)) {
      const out = new Map();
      copies.set(v, out);
      for (const [key, item] of v) out.set(copy(key), copy(item));
      return out;
    }
    if (types.isSet(v)) {
      const out = new Set();
      copies.set(v, out);
      for (const item of v) out.add(copy(item));
      return out;
    }
    const isError = types.isNativeError(v);
    if (isError || Object.getPrototypeOf(v) === null) {
      const standIn = {};
      copies.set(v, standIn);
      const source = v as Record<string, unknown>;
      const hidden = isError ? ['name', 'message', 'stack', 'cause', 'errors'].filter((k) => k in v) : [];
      const shown = Object.keys(v).filter((k) => !hidden.includes(k));
      const fields: Special['fields'] = [];
      specials.set(standIn, { kind: isError ? 'error' : 'null', fields });
      for (const key of hidden)
        fields.push([key, copy(source[key]), Object.prototype.propertyIsEnumerable.call(v, key)]);
      for (const key of shown) fields.push([key, copy(source[key]), true]);
      return standIn;
    }
    if (Object.prototype.toString.call(v) !== '[object Object]') return v;
    const out: Record<string, unknown> = {};
    copies.set(v, out);
    for (const [key, item] of Object.entries(v)) out[key] = copy(item);
    return out;
  };
  return { value: copy(root), specials };
}

/** Builds the real errors and prototype-less objects, and puts them where their stand-ins are. */
function unpack({ value: root, specials }: Packed): unknown {
  const real = new Map<object, object>();
  for (const [standIn, { kind, fields }] of specials) {
    real.set(standIn, kind === 'null' ? Object.create(null) : bareError(fields));
  }
  const seen = new Set<object>();
  const put = (v: unknown): unknown => {
    if (typeof v !== 'object' || v === null) return v;
    const special = specials.get(v);
    if (special) {
      const target = real.get(v) as object;
      if (!seen.has(v)) {
        seen.add(v);
        for (const [key, item, enumerable] of special.fields) {
          Object.defineProperty(target, key, {
            value: put(item),
            enumerable,
            writable: true,
            configurable: true,
          });
        }
      }
      return target;
    }
    if (seen.has(v)) return v;
    seen.add(v);
    if (types.isMap(v)) {
      const entries = [...v];
      v.clear();
      for (const [key, item] of entries) v.set(put(key), put(item));
    } else if (types.isSet(v)) {
      const items = [...v];
      v.clear();
      for (const item of items) v.add(put(item));
    } else if (!ArrayBuffer.isView(v)) {
      const record = v as Record<string, unknown>;
      for (const key of Object.keys(v)) record[key] = put(record[key]);
    }
    return v;
  };
  return put(root);
}

const CLASSES: Record<string, ErrorConstructor> = {
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
};
function bareError(fields: Special['fields']): Error {
  const name = fields.find(([key]) => key === 'name')?.[1];
  const Class = (typeof name === 'string' && CLASSES[name]) || Error;
  return new Class();
}
