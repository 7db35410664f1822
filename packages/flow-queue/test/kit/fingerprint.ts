/** The code of a flow as a worker sees it, in a thread: jest cannot load the parser of sources, which is an ES module. */
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { FingerprintOptions, Fingerprints } from '@nx-flow/core/queue';

const THREAD = join(__dirname, '../../../flow-core/dist/testing/fingerprint-thread.js');

export function fingerprint(workerData: FingerprintOptions): Promise<Fingerprints> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(THREAD, { workerData, execArgv: [] });
    thread.once('message', resolve).once('error', reject);
  });
}
