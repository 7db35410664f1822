/** Instances of the web's own classes, which every flow can store. A new one is an entry here, and in `STANDARD_IDS`. */
import {
  type AnyCodec,
  type Codec,
  type InstanceCodec,
  isStandardId,
  type StandardId,
} from '../../../definition/codec';

type Kind<T> = Pick<InstanceCodec<T>, 'take' | 'make'> | Pick<Codec<T>, 'encode' | 'decode'>;

/** By the name of the class, which is the id that is recorded. */
const KINDS: { [Id in StandardId]: Kind<InstanceType<(typeof globalThis)[Id]>> } = {
  URL: { take: ({ href }) => href, make: (href) => new URL(href as string) },
  URLSearchParams: { take: String, make: (text) => new URLSearchParams(text as string) },
  Headers: { take: (headers) => [...headers], make: (pairs) => new Headers(pairs as [string, string][]) },
  Blob: {
    encode: (blob) => together({ type: blob.type }, blob),
    decode(bytes) {
      const [{ type }, content] = apart<{ type: string }>(bytes);
      return new Blob([content], { type });
    },
  },
  File: {
    encode: (file) => together({ name: file.name, type: file.type, lastModified: file.lastModified }, file),
    decode(bytes) {
      const [{ name, ...about }, content] = apart<Pick<File, 'name' | 'type' | 'lastModified'>>(bytes);
      return new File([content], name, about);
    },
  },
};

/** The length of what is said about the bytes, that as JSON, and the bytes. */
async function together(about: object, content: Blob): Promise<Uint8Array> {
  const text = Buffer.from(JSON.stringify(about));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  return Buffer.concat([length, text, new Uint8Array(await content.arrayBuffer())]);
}

function apart<T>(bytes: Uint8Array): [about: T, content: Uint8Array<ArrayBuffer>] {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = 4 + whole.readUInt32LE();
  return [JSON.parse(whole.toString('utf8', 4, end)), new Uint8Array(whole.subarray(end))];
}

/** @param value no plain object */
export function standardCodec(value: object): AnyCodec | undefined {
  const prototype = Object.getPrototypeOf(value);
  const id: unknown = prototype?.constructor?.name;
  if (typeof id !== 'string' || !isStandardId(id)) return undefined;
  return prototype === globalThis[id].prototype ? codecOf(id) : undefined;
}

export const standardById = (id: string): AnyCodec | undefined =>
  isStandardId(id) ? codecOf(id) : undefined;

function codecOf(id: StandardId): AnyCodec {
  return {
    id,
    version: 1,
    match: (value: unknown) => standardCodec(value as object)?.id === id,
    ...KINDS[id],
  };
}
