/** A server of buckets that tests start on a free port. It compares the name of the key, and not what it signs. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Server {
  run(): Promise<{ port: number }>;
  close(): Promise<void>;
}

export interface TestBucket {
  env: Record<string, string>;
  /** All values in it are lost. */
  lose(): void;
  close(): Promise<void>;
}

export async function startS3(bucket: string): Promise<TestBucket> {
  const directory = mkdtempSync(join(tmpdir(), 'nx-flow-s3-'));
  const S3rver = require('s3rver') as new (options: object) => Server;
  const server = new S3rver({
    ...{ address: '127.0.0.1', port: 0, silent: true, directory, configureBuckets: [{ name: bucket }] },
  });
  const { port } = await server.run();
  return {
    env: {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
      AWS_ACCESS_KEY_ID: 'S3RVER',
      AWS_SECRET_ACCESS_KEY: 'S3RVER',
    },
    lose() {
      for (const path of readdirSync(directory, { recursive: true, encoding: 'utf8' }))
        if (/[0-9a-f]{64}/.test(path)) rmSync(join(directory, path), { force: true });
    },
    async close() {
      await server.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
