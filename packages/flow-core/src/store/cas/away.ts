/**
 * Bytes that lie in the blobs that a store shares with the workers of a queue: they come into its CAS when they are first read. A step
 * reads its input in the middle of a line, so that reading waits, and another process fetches.
 */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { FlowError } from '../../definition/errors';
import { packageFile } from '../../environment/package-root';
import { blobsOf } from '../folder/blobs-file';

const PACKAGE = '@nx-flow/queue/fetch-blob';

/**
 * @param cas the folder of the CAS
 * @returns false where the store shares no blobs
 * @throws FlowError FLOW_BLOB_LOST, FLOW_BLOBS_AWAY and its like, FLOW_QUEUE_MISSING
 */
export function fetchAway(cas: string, hash: string): boolean {
  const places = blobsOf(dirname(cas))?.places ?? [];
  if (places.length === 0) return false;
  const request = JSON.stringify({ places, cas, hash });
  const { stdout, error, status } = processes().spawnSync(process.execPath, [programOf(cas), request], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said: { code?: string; message?: string } = {};
  try {
    said = JSON.parse(stdout);
  } catch {
    const why = error?.message ?? `a process ended with ${status}`;
    said = { code: 'FLOW_BLOBS_AWAY', message: `The value ${hash} could not be fetched: ${why}.` };
  }
  if (said.code === undefined) return true;
  throw new FlowError(said.code, said.message ?? '', { exit: 1 });
}

/** Most commands start none. */
const processes = () =>
  createRequire(packageFile('package.json'))('node:child_process') as typeof import('node:child_process');

/** From where the program runs, from where the store lies, or from where this package lies. @throws FlowError FLOW_QUEUE_MISSING */
function programOf(cas: string): string {
  for (const from of [
    join(process.cwd(), 'x'),
    join(dirname(dirname(cas)), 'x'),
    packageFile('package.json'),
  ])
    try {
      return createRequire(from).resolve(PACKAGE);
    } catch {
      // It is not installed there.
    }
  const message =
    'A value is in the blobs that the store shares with workers, and @nx-flow/queue, which fetches it, is not installed here: npm install --save-dev @nx-flow/queue';
  throw new FlowError('FLOW_QUEUE_MISSING', message, { exit: 1 });
}
