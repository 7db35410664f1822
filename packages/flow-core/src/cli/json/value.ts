/** Any artifact as JSON, for `dump --json`: values that JSON lacks become the nearest JSON value. */
import { types } from 'node:util';
import type { AnyCodec } from '../../definition/codec';
import { messageOf } from '../../definition/thrown';
import { isFile } from '../../store/cas/file';
import { nameOf } from '../../store/values/builtin-class';
import { unreadable } from '../../store/values/codecs/instances';
import { mayHaveCodec } from '../../store/values/instance';

/**
 * Map: list of pairs. Set: list. Date: ISO text. BigInt: decimal text. RegExp: text. Error: name and message.
 * Bytes: base64; other typed arrays: list. NaN and infinities: `"NaN"`, `"Infinity"`, `"-Infinity"`. A file: its
 * name, size and path. A Blob or File: its type and size. An instance of a class: what its codec says, or its toJSON() gives, or its properties. A cycle: `"[circular]"`. undefined stays: JSON omits it in objects and writes null in
 * lists.
 * @throws FlowError FLOW_ARTIFACT_UNREADABLE where what is asked throws
 */
export function jsonValue(
  value: unknown,
  codecs: readonly AnyCodec[] = [],
  above: readonly object[] = [],
): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value !== 'object' || value === null) return value;
  if (isFile(value)) return { name: value.name, size: value.size, path: value.path };
  if (above.includes(value)) return '[circular]';
  const inside = [...above, value];
  const of = (v: unknown) => jsonValue(v, codecs, inside);
  const own = mayHaveCodec(value) ? codecs.find((codec) => codec.match(value) === true) : undefined;
  if (own?.json) return of(asked(() => own.json?.(value), `json() of the codec "${own.id}"`));
  if (Array.isArray(value)) return Array.from(value, of);
  if (types.isMap(value)) return [...value].map(([k, v]) => [of(k), of(v)]);
  if (types.isSet(value)) return [...value].map(of);
  if (types.isDate(value)) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (types.isRegExp(value)) return String(value);
  if (types.isNativeError(value)) return { name: value.name, message: value.message };
  if (value instanceof Uint8Array || types.isUint8Array(value))
    return Buffer.from(value as Uint8Array).toString('base64');
  if (types.isAnyArrayBuffer(value)) return Buffer.from(value).toString('base64');
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as ArrayLike<unknown>, of);
  if (types.isBoxedPrimitive(value)) return of(value.valueOf());
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === 'function' && mayHaveCodec(value))
    return of(asked(() => toJSON.call(value), `toJSON() of the class "${nameOf(value)}"`));
  if (value instanceof Blob)
    return { ...(value instanceof File ? { name: value.name } : {}), type: value.type, size: value.size };
  if (value instanceof URLSearchParams || value instanceof Headers) return [...value];
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, of(v)]));
}

function asked(work: () => unknown, who: string): unknown {
  try {
    return work();
  } catch (cause) {
    throw unreadable(`${who} threw: ${messageOf(cause)}`, cause);
  }
}
