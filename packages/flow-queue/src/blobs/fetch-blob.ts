/** A thread that fetches large values into a folder, for who waits for each: a step reads its input in the middle of a line. */
import { type MessagePort, workerData } from 'node:worker_threads';
import { FileCas, isFlowError, messageOf } from '@nx-flow/core/queue';
import { openBlobs } from './open-blobs';

interface Request {
  /** Where it may lie: the first is looked at first. */
  places: string[];
  cas: string;
  hash: string;
  /** As it is now for who asks: the keys of a bucket are there. */
  env: Record<string, string>;
}

/** `state`: whether the last one is answered, and what goes up while the thread lives. */
const { port, state } = workerData as { port: MessagePort; state: Int32Array };

/** Who waits gives up when it has not gone up for long. Milliseconds. */
const BEAT_MS = 500;

/** @throws FlowError FLOW_BLOB_LOST where it is in none of them; where one cannot be asked, what that one throws */
async function fetch({ places, cas, hash, env }: Request): Promise<void> {
  for (const name of Object.keys(process.env)) if (env[name] === undefined) delete process.env[name];
  Object.assign(process.env, env);
  let failure: unknown;
  for (const place of places) {
    try {
      await openBlobs(place).get(hash, new FileCas(cas));
      return;
    } catch (error) {
      // It may well be in the one that is away.
      if (failure === undefined || codeOf(failure) === 'FLOW_BLOB_LOST') failure = error;
    }
  }
  throw failure;
}

const codeOf = (error: unknown) => (isFlowError(error) ? error.code : undefined);

setInterval(() => Atomics.add(state, 1, 1), BEAT_MS).unref();
port.on('message', async (request: Request) => {
  const said = await fetch(request).then(
    () => ({}),
    (error) => ({ code: codeOf(error) ?? 'FLOW_BLOBS_AWAY', message: messageOf(error) }),
  );
  port.postMessage(said);
  Atomics.store(state, 0, 1);
  Atomics.notify(state, 0);
});
