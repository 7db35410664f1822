/** Reads a run's file, from a file or a pipe: frames as they come, verified at the end. */
import { createHash, type Hash } from 'node:crypto';
import { FlowError } from '../../definition/errors';
import { type Head, Kind, LONGEST, MAGIC, PREAMBLE, VERSIONS } from './format';

export type Row = {
  kind: Kind.Task | Kind.Artifact | Kind.Log | Kind.Code | Kind.Card | Kind.Part;
  payload: Buffer;
};
const ROWS: ReadonlySet<Kind> = new Set([
  Kind.Task,
  Kind.Artifact,
  Kind.Log,
  Kind.Code,
  Kind.Card,
  Kind.Part,
]);

/** `pieces` must be read to their end before the next frame. */
export type Value = { kind: Kind.Value; hash: string; size: number; pieces: AsyncGenerator<Uint8Array> };

export class FrameReader {
  readonly #bytes: ByteReader;
  readonly #chain: Hash = createHash('sha256');
  readonly #name: string;

  /** @param name the file, for errors */
  constructor(source: AsyncIterable<Uint8Array>, name: string) {
    this.#bytes = new ByteReader(source);
    this.#name = name;
  }

  /** Bytes read so far. */
  get read(): number {
    return this.#bytes.read;
  }

  /** @throws FlowError FLOW_IMPORT_CORRUPT, FLOW_IMPORT_FORMAT */
  async head(): Promise<Head> {
    const begin = await this.#bytes.take(PREAMBLE);
    const magic = MAGIC.length;
    if (!begin.subarray(0, magic).equals(MAGIC.subarray(0, begin.length)) || begin.length === 0)
      throw this.corrupt('it is no file that nx-flow export wrote');
    if (begin.length < PREAMBLE) throw this.cutOff();
    const version = begin.readUInt16LE(magic);
    if (begin.readUInt16LE(magic + 2) !== (~version & 0xffff)) throw this.corrupt('its version is garbled');
    const known: readonly number[] = Object.values(VERSIONS);
    if (!known.includes(version)) {
      throw new FlowError(
        'FLOW_IMPORT_FORMAT',
        `${this.#name} has format ${version}, and this nx-flow reads format ${known.join(' and ')}: import it with the version that wrote it, or a newer one.`,
      );
    }
    this.#chain.update(begin);
    const frame = await this.#frame();
    if (frame?.kind !== Kind.Head) throw this.corrupt('it does not begin with its head');
    return parsed(() => JSON.parse(frame.payload.toString('utf8')), this);
  }

  /** Yields the frames after {@link head}. @throws FlowError FLOW_IMPORT_CORRUPT */
  async *frames(): AsyncGenerator<Row | Value, void, undefined> {
    for (;;) {
      const frame = await this.#frame();
      if (frame === undefined) break;
      const { kind, payload } = frame;
      if (ROWS.has(kind)) yield { kind, payload } as Row;
      else if (kind === Kind.Value && payload.length === 40) yield this.#value(payload);
      else throw this.corrupt(`it has a record of the unknown kind ${kind}`);
    }
    if ((await this.#bytes.take(1)).length > 0) throw this.corrupt('something follows its end');
  }

  corrupt(why: string): FlowError {
    return new FlowError(
      'FLOW_IMPORT_CORRUPT',
      `${this.#name} cannot be imported: ${why}. Nothing was changed.`,
      { exit: 1 },
    );
  }

  cutOff(): FlowError {
    return this.corrupt('it is cut off');
  }

  /** Returns undefined at the end, when everything is verified. */
  async #frame(): Promise<{ kind: Kind; payload: Buffer } | undefined> {
    const head = await this.#bytes.take(5);
    if (head.length < 5) throw this.cutOff();
    const kind = head.readUInt8(0);
    const length = head.readUInt32LE(1);
    if (length > LONGEST) throw this.corrupt('it was altered');
    this.#chain.update(head);
    const payload = await this.#bytes.take(length);
    if (payload.length < length) throw this.cutOff();
    if (kind === Kind.End) {
      if (!this.#chain.digest().equals(payload)) throw this.corrupt('it was altered');
      return undefined;
    }
    this.#chain.update(payload);
    return { kind, payload };
  }

  #value(payload: Buffer): Value {
    const hash = payload.toString('hex', 0, 32);
    const size = Number(payload.readBigUInt64LE(32));
    return { kind: Kind.Value, hash, size, pieces: this.#pieces(hash, size) };
  }

  async *#pieces(hash: string, size: number): AsyncGenerator<Uint8Array, void, undefined> {
    const check = createHash('sha256');
    let left = size;
    while (left > 0) {
      const piece = await this.#bytes.some(left);
      if (piece === undefined) throw this.cutOff();
      left -= piece.length;
      check.update(piece);
      yield piece;
    }
    if (check.digest('hex') !== hash) throw this.corrupt('it was altered');
  }
}

/** Parses a record. An altered byte may show here before the checksum at the end does. @param why ends the sentence */
export function parsed<T>(parse: () => T, reader: FrameReader, why = 'it was altered'): T {
  try {
    return parse();
  } catch {
    throw reader.corrupt(why);
  }
}

/** Bytes out of chunks of any size. */
export class ByteReader {
  readonly #source: AsyncIterator<Uint8Array>;
  #chunk: Uint8Array = new Uint8Array(0);
  read = 0;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** Returns a copy of the next `length` bytes; fewer only at the end of the source. */
  async take(length: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    let left = length;
    while (left > 0) {
      const some = await this.some(left);
      if (some === undefined) break;
      left -= some.length;
      parts.push(Buffer.from(some));
    }
    return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
  }

  /** Returns the buffered bytes, from one to `most`. They are valid until the next call. */
  async some(most: number): Promise<Uint8Array | undefined> {
    while (this.#chunk.length === 0) {
      const { value, done } = await this.#source.next();
      if (done) return undefined;
      this.#chunk = value;
    }
    const some = this.#chunk.subarray(0, most);
    this.#chunk = this.#chunk.subarray(some.length);
    this.read += some.length;
    return some;
  }
}
