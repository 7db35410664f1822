/** A server of buckets, as a process of its own, for the time of a measurement. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repository } from './build.mjs';
import { whenInterrupted } from './ending.mjs';

/** The name of its bucket. */
export const BUCKET = 'bench';

const SERVER = `const S3rver = require(process.argv[1]);
const [, , directory, name] = process.argv;
process.on('disconnect', () => process.exit(1));
const options = { address: '127.0.0.1', port: 0, silent: true, directory, configureBuckets: [{ name }] };
new S3rver(options).run().then(({ port }) => process.send(port));
`;

/**
 * Starts s3rver, gives the variables of AWS that lead to it to `use`, and ends it.
 * @param {(env: Record<string, string>) => Promise<T>} use
 * @template T
 */
export async function withS3(use) {
  const folder = mkdtempSync(join(tmpdir(), 'nx-flow-s3-'));
  const program = createRequire(join(repository, 'packages/flow-queue/package.json')).resolve('s3rver');
  const child = spawn(process.execPath, ['-e', SERVER, program, folder, BUCKET], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const end = () => void child.kill('SIGKILL');
  const forget = whenInterrupted(end);
  try {
    const [port] = await once(child, 'message');
    return await use({
      AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'S3RVER',
      AWS_SECRET_ACCESS_KEY: 'S3RVER',
    });
  } finally {
    end();
    forget();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
