/** What a bucket has to answer. A client of the user's own, for roles and SSO, has the same five functions. */
import { openAsBlob } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { FlowError, messageOf } from '@nx-flow/core/queue';
import { within } from '../connection/within';

/**
 * The default export of the module that `NX_FLOW_BLOBS_CLIENT` names, or what it returns. Keys are whole names in the bucket.
 * @example
 * export default {
 *   head: (bucket, key) => …, get: …, put: …, list: …, remove: …
 * };
 */
export interface BucketClient {
  /** How many bytes an object has; undefined where there is none. */
  head(bucket: string, key: string): Promise<number | undefined>;
  /** The bytes of an object in pieces; undefined where there is none. */
  get(bucket: string, key: string): Promise<AsyncIterable<Uint8Array> | undefined>;
  /** @param body bytes, or a file, which may be of many gigabytes: it is not to be in memory whole */
  put(bucket: string, key: string, body: Uint8Array | { file: string }): Promise<void>;
  list(bucket: string, prefix: string): AsyncIterable<{ key: string; size: number; at: number }>;
  remove(bucket: string, key: string): Promise<void>;
}

const FUNCTIONS = ['head', 'get', 'put', 'list', 'remove'] as const;

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws FlowError FLOW_BLOBS_CLIENT, FLOW_BLOBS_KEYS */
export async function bucketClient(bucket: string, env: Environment = process.env): Promise<BucketClient> {
  const own = env.NX_FLOW_BLOBS_CLIENT;
  return own ? givenClient(own) : s3Client(bucket, env);
}

async function givenClient(name: string): Promise<BucketClient> {
  let client: unknown;
  try {
    const loaded = createRequire(join(process.cwd(), 'x'))(name);
    client = loaded.default ?? loaded;
    if (typeof client === 'function') client = await client();
  } catch (cause) {
    const message = `NX_FLOW_BLOBS_CLIENT names ${name}, which cannot be loaded: ${messageOf(cause).split('\n', 1)[0]}`;
    throw new FlowError('FLOW_BLOBS_CLIENT', message, { cause });
  }
  const missing = FUNCTIONS.filter((one) => typeof (client as BucketClient | null)?.[one] !== 'function');
  if (missing.length === 0) return client as BucketClient;
  const message = `NX_FLOW_BLOBS_CLIENT names ${name}, whose default export has no ${missing.join(', no ')}: it is an object with the functions ${FUNCTIONS.join(', ')}.`;
  throw new FlowError('FLOW_BLOBS_CLIENT', message);
}

/** By the usual variables of AWS. */
async function s3Client(bucket: string, env: Environment): Promise<BucketClient> {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = env;
  if (!accessKeyId || !secretAccessKey || env.AWS_SESSION_TOKEN) {
    const what = env.AWS_SESSION_TOKEN
      ? 'AWS_SESSION_TOKEN is set, and keys that expire need a client of your own'
      : `${accessKeyId ? 'AWS_SECRET_ACCESS_KEY' : 'AWS_ACCESS_KEY_ID'} is not set`;
    const message = `The bucket ${bucket} cannot be used: ${what}. Set the keys of a user, or NX_FLOW_BLOBS_CLIENT for roles and SSO.`;
    throw new FlowError('FLOW_BLOBS_KEYS', message);
  }
  const region = env.AWS_REGION ?? env.AWS_DEFAULT_REGION ?? 'us-east-1';
  const at = env.AWS_ENDPOINT_URL_S3 ?? env.AWS_ENDPOINT_URL ?? `https://s3.${region}.amazonaws.com`;
  const { S3mini } = await import('s3mini');
  const s3 = new S3mini({
    accessKeyId,
    secretAccessKey,
    region,
    endpoint: `${at.replace(/\/+$/, '')}/${bucket}`,
  });
  return {
    async head(_, key) {
      if ((await s3.objectExists(key)) !== true) return undefined;
      return s3.getContentLength(key);
    },
    async get(_, key) {
      const response = await s3.getObjectResponse(key);
      const body = response?.body as AsyncIterable<Uint8Array> | null | undefined;
      return body ? withoutPause(body) : undefined;
    },
    async put(_, key, body) {
      await s3.putAnyObject(key, 'file' in body ? await openAsBlob(body.file) : body);
    },
    async *list(_, prefix) {
      let next: string | undefined;
      do {
        const page = await s3.listObjectsPaged('/', prefix, PAGE, next);
        for (const { Key, Size, LastModified } of page?.objects ?? [])
          yield { key: Key, size: Number(Size), at: new Date(LastModified).getTime() };
        next = page?.nextContinuationToken;
      } while (next);
    },
    async remove(_, key) {
      await s3.deleteObject(key);
    },
  };
}

/** Between two pieces of a value there is no more. Milliseconds. */
const PAUSE_MS = 60_000;

async function* withoutPause(pieces: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const source = pieces[Symbol.asyncIterator]();
  for (;;) {
    const { done, value } = await within(PAUSE_MS, () => source.next());
    if (done) return;
    yield value;
  }
}

const PAGE = 1000;
