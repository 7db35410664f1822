/** Large values below a prefix of a bucket. */
import { type FileCas, FlowError, messageOf } from '@nx-flow/core/queue';
import { type Blob, type Blobs, FRESH_MS, hashOf, lost, MARKER, markerOf, nameOf, ownerIn } from './blobs';
import { type BucketClient, bucketClient } from './client';

export class Bucket implements Blobs {
  readonly url: string;
  readonly #bucket: string;
  readonly #prefix: string;
  #client: Promise<BucketClient> | undefined;

  /** @param prefix empty, or with a slash at its end */
  constructor(bucket: string, prefix: string, client?: BucketClient) {
    this.#bucket = bucket;
    this.#prefix = prefix;
    this.url = `s3://${bucket}/${prefix}`;
    if (client) this.#client = Promise.resolve(client);
  }

  size(hash: string): Promise<number | undefined> {
    return this.#try((client) => client.head(this.#bucket, this.#key(hash)));
  }

  renew(hash: string, size: number): Promise<boolean> {
    const key = this.#key(hash);
    return this.#try(async (client) => {
      if ((await client.head(this.#bucket, key)) !== size) return false;
      // Objects have no time that could be set: an old one is written again.
      return Date.now() - ((await this.at(hash)) ?? 0) < FRESH_MS;
    });
  }

  put(hash: string, file: string): Promise<void> {
    return this.#try((client) => client.put(this.#bucket, this.#key(hash), { file }));
  }

  async get(hash: string, into: FileCas): Promise<void> {
    const key = this.#key(hash);
    const pieces = await this.#try((client) => client.get(this.#bucket, key));
    if (!pieces) throw lost(`The value ${hash} is not in ${this.url} any more`);
    const stored = await this.#try(() => into.writeStream(pieces));
    if (stored.hash === hash) return;
    // Whoever returns the value again finds none, and sends it.
    await this.remove(hash).catch(() => {});
    throw lost(
      `The object ${key} of the bucket ${this.#bucket} had other bytes than its name says, and is removed`,
    );
  }

  async *list(): AsyncIterable<Blob> {
    const found = await this.#try(async (client) => client.list(this.#bucket, this.#prefix));
    const objects = found[Symbol.asyncIterator]();
    for (;;) {
      const { done, value } = await this.#try(() => objects.next());
      if (done) return;
      const hash = hashOf(value.key);
      if (hash && value.key === this.#key(hash)) yield { hash, size: value.size, at: value.at };
    }
  }

  at(hash: string): Promise<number | undefined> {
    const key = this.#key(hash);
    return this.#try(async (client) => {
      for await (const { key: found, at } of client.list(this.#bucket, key))
        return found === key ? at : undefined;
      return undefined;
    });
  }

  remove(hash: string): Promise<void> {
    return this.#try((client) => client.remove(this.#bucket, this.#key(hash)));
  }

  owner(): Promise<string | undefined> {
    return this.#try(async (client) => {
      const pieces = await client.get(this.#bucket, `${this.#prefix}${MARKER}`);
      if (!pieces) return undefined;
      const all: Uint8Array[] = [];
      for await (const piece of pieces) all.push(piece);
      return ownerIn(Buffer.concat(all).toString(), this.url);
    });
  }

  own(store: string): Promise<void> {
    const text = Buffer.from(markerOf(store));
    return this.#try((client) => client.put(this.#bucket, `${this.#prefix}${MARKER}`, text));
  }

  #key(hash: string): string {
    return `${this.#prefix}${nameOf(hash)}`;
  }

  /** @throws FlowError FLOW_BLOBS_AWAY, FLOW_BLOBS_BUCKET, FLOW_BLOBS_REFUSED, and those of the client */
  async #try<T>(work: (client: BucketClient) => Promise<T>): Promise<T> {
    this.#client ??= bucketClient(this.#bucket);
    try {
      return await work(await this.#client);
    } catch (cause) {
      throw cause instanceof FlowError ? cause : this.#told(cause);
    }
  }

  #told(cause: unknown): FlowError {
    const { code, serviceCode, status } = cause as { code?: string; serviceCode?: string; status?: number };
    const why = messageOf(cause);
    const said = `${code} ${serviceCode} ${why}`;
    if (/NoSuchBucket/.test(said)) {
      const message = `There is no bucket ${this.#bucket}: make it, or name another one by NX_FLOW_BLOBS.`;
      return new FlowError('FLOW_BLOBS_BUCKET', message, { exit: 1, cause });
    }
    if (status === 403 || /AccessDenied|InvalidAccessKeyId|SignatureDoesNotMatch|\b403\b/.test(said)) {
      const message = `The bucket ${this.#bucket} refuses the keys that are given: look at AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and what they may do.`;
      return new FlowError('FLOW_BLOBS_REFUSED', message, { exit: 1, cause });
    }
    const message = `The bucket ${this.#bucket} cannot be reached: ${why}`;
    return new FlowError('FLOW_BLOBS_AWAY', message, { exit: 1, cause });
  }
}
