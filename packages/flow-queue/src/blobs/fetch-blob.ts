/** A program: fetches one large value into the folder of large values. A step reads its input in the middle of a line, and waits. */
import { FileCas, isFlowError, messageOf } from '@nx-flow/core/queue';
import { openBlobs } from './open-blobs';

interface Request {
  /** Where it may lie: the first is looked at first. */
  places: string[];
  cas: string;
  hash: string;
}

async function main(): Promise<void> {
  const { places, cas, hash } = JSON.parse(process.argv[2] ?? '') as Request;
  let failure: unknown;
  for (const place of places) {
    try {
      await openBlobs(place).get(hash, new FileCas(cas));
      return;
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

main().then(
  () => process.stdout.write('{}'),
  (error) => {
    const code = isFlowError(error) ? error.code : 'FLOW_BLOBS_AWAY';
    process.stdout.write(JSON.stringify({ code, message: messageOf(error) }));
  },
);
