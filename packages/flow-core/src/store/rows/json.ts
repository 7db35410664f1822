/** Reads rows, which are stored as JSON. */

export function fromJson<T>(value: Uint8Array | undefined): T | undefined {
  return value && JSON.parse(Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('utf8'));
}
