/** The thread of {@link fingerprintOnce}: it answers once and ends. */
import { parentPort, workerData } from 'node:worker_threads';
import { fingerprintFlow } from '../source/fingerprint';

parentPort?.postMessage(fingerprintFlow(workerData));
