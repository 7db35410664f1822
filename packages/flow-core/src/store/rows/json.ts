/** Reads rows, which are stored as JSON. */
import { FlowError } from '../../definition/errors';

/** @throws FlowError FLOW_STORE_CORRUPT where it is no row, whatever its checksum says */
export function fromJson<T>(value: Uint8Array | undefined): T | undefined {
  if (value === undefined) return undefined;
  try {
    const text = Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('utf8');
    const row: unknown = JSON.parse(text);
    if (typeof row === 'object' && row !== null) return row as T;
  } catch {}
  throw noRow();
}

/** The error for a record that is none of its kind. */
export function noRow(): FlowError {
  return new FlowError(
    'FLOW_STORE_CORRUPT',
    'The store is damaged: one of its records is none of its kind. nx-flow verify names it, and with --repair keeps what is whole.',
    { exit: 1 },
  );
}
