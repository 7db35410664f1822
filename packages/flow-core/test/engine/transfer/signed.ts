/** Files of `nx-flow export` with other rows whose checksums are right, as somebody would make them. */
import { createHash } from 'node:crypto';
import {
  artifactPayload,
  ContentId,
  frameHead,
  type Head,
  Kind,
  PREAMBLE,
} from '../../../src/engine/transfer/format';

/** A frame: its row as data, what of it is bytes, and the bytes of a value behind it. */
export interface Frame {
  kind: Kind;
  row: unknown;
  bytes?: Uint8Array;
  behind?: Buffer;
}

export function framesOf(file: Buffer): Frame[] {
  const frames: Frame[] = [];
  for (let at = PREAMBLE; at < file.length; ) {
    const kind = file.readUInt8(at) as Kind;
    const payload = file.subarray(at + 5, at + 5 + file.readUInt32LE(at + 1));
    at += 5 + payload.length;
    if (kind === Kind.End) break;
    if (kind === Kind.Value) {
      const size = Number(payload.readBigUInt64LE(32));
      frames.push({ kind, row: null, behind: file.subarray(at, at + size) });
      at += size;
    } else if (kind === Kind.Artifact) frames.push({ kind, ...artifactRow(payload) });
    else frames.push({ kind, row: JSON.parse(payload.toString('utf8')) });
  }
  return frames;
}

/** An artifact: where it is, what is known of it, and its bytes. */
function artifactRow(payload: Buffer): { row: unknown; bytes: Buffer } {
  const end = 4 + payload.readUInt32LE(0);
  const from = end + 4 + payload.readUInt32LE(end);
  const at = JSON.parse(payload.toString('utf8', 4, end));
  return {
    row: { at, meta: JSON.parse(payload.toString('utf8', end + 4, from)) },
    bytes: payload.subarray(from),
  };
}

function payloadOf({ kind, row, bytes = Buffer.of(), behind }: Frame): Buffer {
  if (kind === Kind.Value) {
    const payload = Buffer.alloc(40);
    createHash('sha256')
      .update(behind as Buffer)
      .digest()
      .copy(payload);
    payload.writeBigUInt64LE(BigInt((behind as Buffer).length), 32);
    return payload;
  }
  if (kind !== Kind.Artifact) return Buffer.from(`${JSON.stringify(row)}`);
  const { at, meta } = { at: null, meta: null, ...(row as object) };
  const head = Buffer.from(JSON.stringify(meta));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(head.length);
  return artifactPayload(at as never, Buffer.concat([length, head, bytes]));
}

/** @param preamble of the file that they come from */
export function signed(preamble: Buffer, frames: readonly Frame[]): Buffer {
  const head = frames[0]?.row as Head;
  const payloads = frames.map(payloadOf);
  // What is no row of a run has no id, either.
  const id = typeof head?.run === 'object' ? new ContentId(head.run) : undefined;
  for (const [i, { kind }] of frames.entries())
    if (kind === Kind.Task || kind === Kind.Artifact) id?.add(kind, payloads[i] as Buffer);
  if (id) payloads[0] = Buffer.from(JSON.stringify({ ...head, id: id.digest() }));
  const chain = createHash('sha256').update(preamble);
  const parts: Buffer[] = [preamble];
  for (const [i, { kind, behind }] of frames.entries()) {
    const payload = payloads[i] as Buffer;
    const framed = frameHead(kind, payload.length);
    chain.update(framed).update(payload);
    parts.push(framed, payload, ...(behind ? [behind] : []));
  }
  const end = frameHead(Kind.End, 32);
  return Buffer.concat([...parts, end, chain.update(end).digest()]);
}
