/**
 * Messages of a channel as bytes: the key, the form, the length, the message. A message has one of two forms: as V8 writes it,
 * which is anything, or as JSON with bytes beside it, which takes half the time.
 */
import { DefaultSerializer, deserialize } from 'node:v8';

/** Bytes of a key; and of a head: the key, the form of a message, and its length. */
export const KEY = 16;
export const HEAD = KEY + 1 + 4;

const ANYTHING = 0;
const PLAIN = 1;

const { alloc, allocUnsafeSlow } = Buffer;
const { parse, stringify } = JSON;

/** How many bytes a message has, by its head. */
export const sizeOf = (head: Buffer): number => HEAD + head.readUInt32LE(KEY + 1);

/** As V8 writes it. */
export function framed(message: unknown, key: Buffer): Buffer {
  const serializer = new DefaultSerializer();
  serializer.writeRawBytes(key);
  serializer.writeRawBytes(NOTHING);
  serializer.writeHeader();
  serializer.writeValue(message);
  const bytes = serializer.releaseBuffer();
  bytes[KEY] = ANYTHING;
  bytes.writeUInt32LE(bytes.length - HEAD, KEY + 1);
  return bytes;
}

const NOTHING = alloc(HEAD - KEY);

/** Where small plain messages are made: a buffer of its own for each would cost as much as all the rest of it. */
let scratch: Buffer | undefined;
const SMALL = 64 * 1024;

/**
 * As JSON: the length of the text, the text, and of each of the others its length and its bytes. What is returned may be
 * overwritten by the next one.
 */
export function framedPlain(message: unknown, beside: readonly Uint8Array[], key: Buffer): Buffer {
  const text = stringify(message);
  // A character takes three bytes at most.
  let most = HEAD + 4 + text.length * 3;
  for (let i = 0; i < beside.length; i++) most += 4 + (beside[i] as Uint8Array).length;
  scratch ??= allocUnsafeSlow(SMALL);
  const bytes = most > SMALL ? allocUnsafeSlow(most) : scratch;
  key.copy(bytes);
  bytes[KEY] = PLAIN;
  const length = bytes.write(text, HEAD + 4, 'utf8');
  bytes.writeUInt32LE(length, HEAD);
  let at = HEAD + 4 + length;
  for (let i = 0; i < beside.length; i++) {
    const one = beside[i] as Uint8Array;
    bytes.writeUInt32LE(one.length, at);
    bytes.set(one, at + 4);
    at += 4 + one.length;
  }
  bytes.writeUInt32LE(at - HEAD, KEY + 1);
  return bytes.subarray(0, at);
}

/** A message, and the bytes that came beside a plain one. @throws where it is none */
export function read<In>(frame: Buffer): [message: In, bytes?: Uint8Array[]] {
  const body = frame.subarray(HEAD);
  return frame[KEY] === PLAIN ? readPlain<In>(body) : [deserialize(body)];
}

function readPlain<In>(body: Buffer): [In, Uint8Array[]] {
  let at = 4 + body.readUInt32LE(0);
  const message = parse(body.toString('utf8', 4, at)) as In;
  const beside: Uint8Array[] = [];
  while (at < body.length) {
    const to = at + 4 + body.readUInt32LE(at);
    beside.push(body.subarray(at + 4, to));
    at = to;
  }
  return [message, beside];
}
