/**
 * Whether code could tell two values apart: types, prototypes, key order, -0, holes, shared references, cycles. The
 * reference for the digest and for the codecs, written without them. Prototypes are compared across realms: the test
 * runner's Object is another than that of node:v8.
 */
import { isDeepStrictEqual, types } from 'node:util';

/** @returns the place of the first difference, undefined where there is none */
export function difference(a: unknown, b: unknown): string | undefined {
  const left = new Map<unknown, number>();
  const right = new Map<unknown, number>();
  const all = (path: string, pairs: [string, unknown, unknown][]) => {
    for (const [key, x, y] of pairs) {
      const found = walk(`${path}.${key}`, x, y);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  const walk = (path: string, x: unknown, y: unknown): string | undefined => {
    if (typeof x !== 'object' || x === null || typeof y !== 'object' || y === null)
      return Object.is(x, y) ? undefined : path;
    if (left.has(x) || right.has(y)) return left.get(x) === right.get(y) ? undefined : `${path} (reference)`;
    left.set(x, left.size);
    right.set(y, right.size);
    if (kind(x) !== kind(y)) return `${path} (${kind(x)}, ${kind(y)})`;
    if (ArrayBuffer.isView(x) || types.isArrayBuffer(x))
      return Buffer.compare(bytes(x), bytes(y as ArrayBufferView)) === 0 ? undefined : path;
    if (types.isDate(x)) return Object.is(+x, +(y as Date)) ? undefined : path;
    if (types.isRegExp(x)) return String(x) === String(y) ? undefined : path;
    if (types.isBoxedPrimitive(x)) return walk(`${path}.valueOf()`, x.valueOf(), y.valueOf());
    if (types.isMap(x)) return pairs(path, [...x].flat(), [...(y as typeof x)].flat());
    if (types.isSet(x)) return pairs(path, [...x], [...(y as typeof x)]);
    const hidden = types.isNativeError(x) ? ['name', 'message', 'stack', 'cause', 'errors'] : [];
    const keys = [...hidden.filter((key) => key in x), ...Object.keys(x)];
    const others = [...hidden.filter((key) => key in y), ...Object.keys(y)];
    if (!isDeepStrictEqual(keys, others)) return `${path} (keys ${keys}; ${others})`;
    if (Array.isArray(x) && x.length !== (y as unknown[]).length) return `${path}.length`;
    return all(
      path,
      keys.map((key) => [key, x[key as never], y[key as never]]),
    );
  };
  const pairs = (path: string, x: unknown[], y: unknown[]) =>
    x.length === y.length
      ? all(
          path,
          x.map((item, i) => [`<${i}>`, item, y[i]]),
        )
      : `${path}.size`;
  return walk('value', a, b);
}

function kind(v: object): string {
  const prototype = Object.getPrototypeOf(v);
  return `${Object.prototype.toString.call(v)} ${prototype === null ? null : prototype.constructor?.name}`;
}

function bytes(v: ArrayBufferView | ArrayBuffer): Uint8Array {
  return ArrayBuffer.isView(v) ? new Uint8Array(v.buffer, v.byteOffset, v.byteLength) : new Uint8Array(v);
}
