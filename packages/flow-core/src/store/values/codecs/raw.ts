/** Bytes as they are: Buffer, typed arrays, ArrayBuffer, DataView. Written and read without a copy. */
import { createHash } from 'node:crypto';
import { types } from 'node:util';
import { FlowError } from '../../../definition/errors';
import { bytesClass, extraKeys, hasHiddenBytes, isDetached } from '../builtin-class';
import type { BuiltInCodec } from './built-in-codec';

/** A record names its class: nothing else is made by that name. */
const VIEWS =
  /^(DataView|(Int|Uint)(8|16|32)Array|Uint8ClampedArray|Float(16|32|64)Array|Big(Int|Uint)64Array)$/;

type View = new (buffer: ArrayBufferLike, offset: number, length: number) => ArrayBufferView;

export const raw: BuiltInCodec = {
  id: 'raw',
  version: 1,
  file: { extension: 'bin', format: 'bytes' },
  copies: false,
  match: isBytes,
  encode: (value) =>
    ArrayBuffer.isView(value)
      ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
      : new Uint8Array(value as ArrayBuffer),
  decode(bytes, type) {
    const kind = type.slice(0, type.indexOf('('));
    if (kind === 'Buffer') return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (kind === 'ArrayBuffer') return aligned(bytes).buffer;
    const Class = VIEWS.test(kind) ? (globalThis as unknown as Record<string, View>)[kind] : undefined;
    if (!Class) throw new FlowError('FLOW_ARTIFACT_UNREADABLE', `This Node has no ${kind}.`, { exit: 1 });
    const { buffer } = aligned(bytes);
    const unit = (Class as unknown as { BYTES_PER_ELEMENT?: number }).BYTES_PER_ELEMENT ?? 1;
    if (buffer.byteLength % unit !== 0)
      throw new FlowError('FLOW_ARTIFACT_UNREADABLE', `${buffer.byteLength} bytes are no ${kind}.`, {
        exit: 1,
      });
    return new Class(buffer, 0, buffer.byteLength / unit);
  },
  digest: (hash, value) =>
    createHash('sha256')
      .update(`raw:${bytesClass(value as object)}:${hash}`)
      .digest('hex'),
};

/** A subclass, or one with properties of its own, would come back without: it is left to the walk, which refuses it. */
function isBytes(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || types.isSharedArrayBuffer(value)) return false;
  if (!ArrayBuffer.isView(value) && !types.isArrayBuffer(value)) return false;
  if (ArrayBuffer.isView(value) && types.isSharedArrayBuffer(value.buffer)) return false;
  const kind = bytesClass(value);
  if (kind !== 'Buffer' && Object.getPrototypeOf(value)?.constructor?.name !== kind) return false;
  if (hasHiddenBytes(value) || isDetached(value)) return false;
  return extraKeys(value).length === 0 && Object.getOwnPropertySymbols(value).length === 0;
}

function aligned(bytes: Uint8Array): Uint8Array {
  return bytes.byteOffset === 0 && bytes.byteLength === bytes.buffer.byteLength
    ? bytes
    : new Uint8Array(bytes);
}
