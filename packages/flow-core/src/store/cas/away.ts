/**
 * Bytes that lie in the blobs that a store shares with the workers of a queue: they come into its CAS when they are first read. A step
 * reads its input in the middle of a line, so that reading waits, and a thread fetches. It stays for the next ones: a join may read
 * hundreds.
 */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { MessagePort } from 'node:worker_threads';
import { FlowError } from '../../definition/errors';
import { packageFile } from '../../environment/package-root';
import { blobsOf } from '../folder/blobs-file';

const PACKAGE = '@nx-flow/queue/fetch-blob';

/** The thread says so often that it lives; one that has not for so long has ended. Milliseconds. */
const SILENT_MS = 30_000;

interface Said {
  code?: string;
  message?: string;
}

/**
 * @param cas the folder of the CAS
 * @returns false where the store shares no blobs
 * @throws FlowError FLOW_BLOB_LOST, FLOW_BLOBS_AWAY and its like, FLOW_QUEUE_MISSING
 */
export function fetchAway(cas: string, hash: string): boolean {
  const places = blobsOf(dirname(cas))?.places ?? [];
  if (places.length === 0) return false;
  fetcher ??= new Fetcher(programOf(cas));
  // The thread stays, and what its process has in its environment may change.
  const said = fetcher.ask({ places, cas, hash, env: { ...process.env } });
  if (said === undefined) {
    // The next one gets a new thread.
    fetcher = undefined;
    const message = `The value ${hash} could not be fetched: the thread that fetches has ended. Do it again.`;
    throw new FlowError('FLOW_BLOBS_AWAY', message, { exit: 1 });
  }
  if (said.code === undefined) return true;
  throw new FlowError(said.code, said.message ?? '', { exit: 1 });
}

let fetcher: Fetcher | undefined;

/** A thread that fetches, and does not keep its process. */
class Fetcher {
  readonly #port: MessagePort;
  /** Whether the last request is answered, and what goes up while the thread lives. */
  readonly #state = new Int32Array(new SharedArrayBuffer(8));
  readonly #receive: (port: MessagePort) => { message: unknown } | undefined;

  constructor(program: string) {
    const { MessageChannel, receiveMessageOnPort, Worker } = threads();
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#receive = receiveMessageOnPort;
    const thread = new Worker(program, {
      workerData: { port: port2, state: this.#state },
      transferList: [port2],
      // What this process was started with, such as a loader or a debugger, is not for it.
      execArgv: [],
    });
    // Nothing of it is anybody's own: a step that reads is not told of a thread.
    thread.on('error', () => {});
    thread.unref();
    port1.unref();
  }

  /** Undefined where the thread has ended. */
  ask(request: object): Said | undefined {
    const state = this.#state;
    Atomics.store(state, 0, 0);
    this.#port.postMessage(request);
    for (let beat = Atomics.load(state, 1); ; beat = Atomics.load(state, 1)) {
      if (Atomics.wait(state, 0, 0, SILENT_MS) !== 'timed-out') break;
      if (Atomics.load(state, 1) === beat) return undefined;
    }
    return this.#receive(this.#port)?.message as Said | undefined;
  }
}

/** Most commands start none. */
const threads = () =>
  createRequire(packageFile('package.json'))('node:worker_threads') as typeof import('node:worker_threads');

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
