/** Writes a run's file: frames, and the bytes of values between them. */
import { createHash } from 'node:crypto';
import { FlowError } from '../../definition/errors';
import { frameHead, Kind, LONGEST, preamble } from './format';
import { PIECE, type Pieces } from './values';

/** The target of the bytes. The caller may reuse its buffer when `write` has resolved. */
export interface Sink {
  write(bytes: Uint8Array): Promise<void>;
}

export class FrameWriter {
  readonly #sink: Sink;
  readonly #chain = createHash('sha256');
  #gathered: Uint8Array[] = [];
  #size = 0;
  /** Bytes written so far. */
  written = 0;

  constructor(sink: Sink, version: number) {
    this.#sink = sink;
    this.#gather(preamble(version));
  }

  async frame(kind: Kind, payload: Uint8Array): Promise<void> {
    if (payload.length > LONGEST) {
      throw new FlowError('FLOW_EXPORT', `A record of ${payload.length} bytes is too large for the file.`, {
        exit: 1,
      });
    }
    this.#gather(frameHead(kind, payload.length));
    this.#gather(payload);
    if (this.#size >= PIECE) await this.#flush();
  }

  async value(hash: string, { size, pieces }: Pieces): Promise<void> {
    const payload = Buffer.allocUnsafe(40);
    payload.write(hash, 'hex');
    payload.writeBigUInt64LE(BigInt(size), 32);
    await this.frame(Kind.Value, payload);
    await this.#flush();
    for await (const piece of pieces) {
      await this.#sink.write(piece);
      this.written += piece.length;
    }
  }

  async end(): Promise<void> {
    this.#gather(frameHead(Kind.End, 32));
    await this.#flush();
    await this.#sink.write(this.#chain.digest());
    this.written += 32;
  }

  #gather(bytes: Uint8Array): void {
    this.#chain.update(bytes);
    this.#gathered.push(bytes);
    this.#size += bytes.length;
  }

  async #flush(): Promise<void> {
    if (this.#size === 0) return;
    const [first, ...more] = this.#gathered as [Uint8Array];
    const bytes = more.length === 0 ? first : Buffer.concat(this.#gathered, this.#size);
    this.#gathered = [];
    this.#size = 0;
    await this.#sink.write(bytes);
    this.written += bytes.length;
  }
}
