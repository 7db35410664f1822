/**
 * A checksum behind each value of the database, over the key and the value. LevelDB has checksums of its own and does not
 * look at them when it reads: a flipped bit gives another value, or the value of another key, without a word. The idea of
 * one that includes the address is ZFS's and SQLite's checksum VFS's.
 */
import { FlowError } from '../../definition/errors';
import { crc32 } from '../../environment/crc32';
import { toBytes } from './kv';
import { nameOfKey } from './row-keys';

/** Bytes of a checksum. */
const SIZE = 4;

/** The value as the database holds it. */
export function sealed(key: string, value: Uint8Array | string): Uint8Array {
  const bytes = toBytes(value);
  const whole = Buffer.allocUnsafe(bytes.length + SIZE);
  whole.set(bytes);
  whole.writeUInt32LE(checksum(key, bytes), bytes.length);
  return whole;
}

/** The value that was sealed. @throws FlowError FLOW_STORE_CORRUPT */
export function unsealed(key: string, whole: Uint8Array): Uint8Array {
  const value = ifSealed(key, whole);
  if (!value) throw damagedRecord(key);
  return value;
}

/** Whether it is what was sealed for this key. */
export const isSealed = (key: string, whole: Uint8Array): boolean => ifSealed(key, whole) !== undefined;

/** Each record that is read comes by here: no object is made but the value. */
function ifSealed(key: string, whole: Uint8Array): Uint8Array | undefined {
  const end = whole.length - SIZE;
  if (end < 0) return undefined;
  const at = (i: number) => whole[end + i] as number;
  const found = (at(0) | (at(1) << 8) | (at(2) << 16) | (at(3) << 24)) >>> 0;
  const value = whole.subarray(0, end);
  return found === checksum(key, value) ? value : undefined;
}

/** Over a key and its value: 32 bits. */
export function checksum(key: string, value: Uint8Array): number {
  return crc32(value, crc32(key));
}

function damagedRecord(key: string): FlowError {
  return new FlowError(
    'FLOW_STORE_CORRUPT',
    `The store's record of ${nameOfKey(key)} is damaged: its bytes are not those that were written. Salvage what is whole by nx-flow verify --repair, or restore the store from a copy.`,
    { exit: 1 },
  );
}
