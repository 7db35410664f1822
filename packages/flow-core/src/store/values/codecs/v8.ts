/**
 * The default: node:v8's structured clone. It keeps Map, Set, Date, BigInt, RegExp, typed arrays, shared references and
 * cycles. What it would change without a word (errors, objects without prototype, instances) is replaced by records on the
 * way in.
 */
import { types } from 'node:util';
import { DefaultDeserializer, serialize } from 'node:v8';
import { type ErrorClass, errorClass } from '../builtin-class';
import { hiddenKeys } from '../digest';
import { Instance } from '../instance';
import type { BuiltInCodec } from './built-in-codec';
import { InstanceMaker, type StoredInstance } from './instances';

/** The version of values with instances that every flow can read. */
const WITH_STANDARD = 2;
/** The version of values with instances that the flow's own codecs stored. */
export const WITH_OWN = 3;
const NEEDS = { none: 1, standard: WITH_STANDARD, own: WITH_OWN };

const PLAIN = 0;
const SPECIAL = 1;

export const v8: BuiltInCodec = {
  id: 'v8',
  version: WITH_OWN,
  needs: (walked) => NEEDS[walked?.instances ?? 'none'],
  file: { extension: 'v8', format: 'v8' },
  copies: true,
  match: () => true,
  encode(value, walked) {
    const special = walked?.special === true;
    const body = serialize(special ? pack(value) : value);
    const bytes = Buffer.allocUnsafe(body.length + 1);
    bytes[0] = special ? SPECIAL : PLAIN;
    body.copy(bytes, 1);
    return bytes;
  },
  decode(bytes, _type, codecs) {
    const reader = new Reader(bytes.subarray(1));
    reader.readHeader();
    const value = reader.readValue();
    return bytes[0] === SPECIAL ? unpack(value as Packed, new InstanceMaker(codecs)) : value;
  },
};

const { _readHostObject: readView } = DefaultDeserializer.prototype as unknown as {
  _readHostObject(): ArrayBufferView;
};

/** Gives each typed array memory of its own: Node leaves them lying in the message, where one `.buffer` shows them all. */
class Reader extends DefaultDeserializer {
  _readHostObject(): ArrayBufferView {
    const view = readView.call(this);
    const memory = view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength);
    if (Buffer.isBuffer(view)) return Buffer.from(memory);
    return new (view.constructor as new (memory: ArrayBufferLike) => ArrayBufferView)(memory);
  }
}

interface Special {
  /** Of an error, its built-in class; `null` for an object without prototype. */
  kind: ErrorClass | null;
  fields: [key: string, value: unknown, enumerable: boolean][];
}
interface Packed {
  value: unknown;
  /** The stand-ins, by identity: v8 keeps it. */
  specials: Map<object, Special | StoredInstance>;
}

/** A copy of the value, identities kept, in which errors, objects without prototype and instances are empty stand-ins. */
function pack(root: unknown): Packed {
  const copies = new Map<object, object>();
  const specials: Packed['specials'] = new Map();
  const copy = (v: unknown): unknown => {
    if (typeof v !== 'object' || v === null) return v;
    const known = copies.get(v);
    if (known) return known;
    if (Array.isArray(v)) {
      const out: unknown[] = new Array(v.length);
      copies.set(v, out);
      for (const key of Object.keys(v)) put(out, key, copy(v[key as never]));
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
    if (v instanceof Instance) {
      const standIn = {};
      copies.set(v, standIn);
      const { codec, version, bytes, digest } = v;
      const stored: StoredInstance = {
        ...{ codec, version },
        ...(bytes ? { bytes } : {}),
        ...(digest === undefined ? {} : { digest }),
      };
      specials.set(standIn, stored);
      if (!bytes) stored.taken = copy(v.taken);
      return standIn;
    }
    const isError = types.isNativeError(v);
    if (isError || Object.getPrototypeOf(v) === null) {
      const standIn = {};
      copies.set(v, standIn);
      const source = v as Record<string, unknown>;
      const fields: Special['fields'] = [];
      specials.set(standIn, { kind: isError ? errorClass(v) : null, fields });
      for (const key of isError ? hiddenKeys(v) : []) fields.push([key, copy(source[key]), false]);
      for (const key of Object.keys(v)) fields.push([key, copy(source[key]), true]);
      return standIn;
    }
    if (Object.prototype.toString.call(v) !== '[object Object]') return v;
    const out: Record<string, unknown> = {};
    copies.set(v, out);
    for (const [key, item] of Object.entries(v)) put(out, key, copy(item));
    return out;
  };
  return { value: copy(root), specials };
}

/** Builds the real errors, prototype-less objects and instances, and puts them where their stand-ins are. */
function unpack({ value: root, specials }: Packed, instances: InstanceMaker): unknown {
  const real = new Map<object, object>();
  for (const [standIn, special] of specials) {
    if ('codec' in special) continue;
    real.set(standIn, special.kind === null ? Object.create(null) : bareError(special.kind));
  }
  const seen = new Set<object>();
  const restore = (v: unknown): unknown => {
    if (typeof v !== 'object' || v === null) return v;
    const special = specials.get(v);
    if (special && 'codec' in special) return instances.make(special, restore);
    if (special) {
      const target = real.get(v) as object;
      if (!seen.has(v)) {
        seen.add(v);
        for (const [key, item, enumerable] of special.fields) {
          put(target, key, restore(item), enumerable);
        }
      }
      return target;
    }
    if (seen.has(v)) return v;
    seen.add(v);
    if (types.isMap(v)) {
      const entries = [...v];
      v.clear();
      for (const [key, item] of entries) v.set(restore(key), restore(item));
    } else if (types.isSet(v)) {
      const items = [...v];
      v.clear();
      for (const item of items) v.add(restore(item));
    } else if (Array.isArray(v) || Object.prototype.toString.call(v) === '[object Object]') {
      for (const key of Object.keys(v)) put(v, key, restore((v as Record<string, unknown>)[key]));
    }
    return v;
  };
  return restore(root);
}

/** Sets a property as data, `__proto__` too. */
function put(target: object, key: string, value: unknown, enumerable = true): void {
  Object.defineProperty(target, key, { value, enumerable, writable: true, configurable: true });
}

const CLASSES = {
  AggregateError,
  Error,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
} as Record<ErrorClass, new (...args: unknown[]) => Error>;

/** Without the stack of this place, and without any other property. */
function bareError(kind: ErrorClass): Error {
  const error = kind === 'AggregateError' ? new AggregateError([]) : new CLASSES[kind]();
  for (const key of Object.getOwnPropertyNames(error)) Reflect.deleteProperty(error, key);
  return error;
}
