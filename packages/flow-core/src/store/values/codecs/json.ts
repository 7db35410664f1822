/** Small plain data as JSON: quick, and readable with any LevelDB tool. */
import type { BuiltInCodec } from './built-in-codec';

/** Longest walk, in bytes, whose value is stored as JSON: above, v8 is quicker and smaller. */
const LIMIT = 16 * 1024;

export const json: BuiltInCodec = {
  id: 'json',
  version: 1,
  file: { extension: 'json', format: 'json' },
  copies: true,
  match: (_value, walked) => walked?.plain === true && walked.size <= LIMIT,
  encode: (value) => Buffer.from(JSON.stringify(value)),
  decode: (bytes) =>
    JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')),
};
