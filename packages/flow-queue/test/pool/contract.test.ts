/** The contract of pools, kept by a pool whose tasks an agent executes, over Redis, and with `WHOLE=1` over each server that is installed here. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Fingerprints } from '@nx-flow/core/queue';
import { poolContract } from '../../../flow-core/src/engine/pool/pool-contract';
import type { Agent } from '../../src';
import { migrateQueue, openQueuePool, startAgent } from '../../src';
import type { QueuePool } from '../../src/pool/queue-pool';
import { someServers, type TestServer } from '../kit/servers';

/** Jest cannot load the parser of sources. */
const fingerprint = async (): Promise<Fingerprints> => {
  const other = { digest: 'same', parts: [], open: [], reads: { anything: false } as never };
  return { format: 0, flow: '', steps: {}, other, files: {} };
};

describe.each(someServers())('%s', (_, start) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start();
    await migrateQueue(server.url);
  });
  afterAll(() => server.close());

  poolContract(
    'QueuePool',
    ({ file, graph, host, folder, max }) => {
      const workspace = host.run.cwd;
      // A worker executes files of its workspace alone.
      const own = join(workspace, 'contract.flow.ts');
      writeFileSync(own, `export { default } from ${JSON.stringify(file)};\n`);
      const opened = (async (): Promise<[QueuePool, Agent]> => {
        const { url } = server;
        return [
          await openQueuePool({ url, fingerprint, flow: graph.flow, file: own, workspace, max }),
          await startAgent({
            url,
            fingerprint,
            workspace,
            queues: ['default'],
            slots: 3,
            resources: {},
            cas: folder,
          }),
        ];
      })();
      const attached = opened.then(([pool]) => pool.attach(host as never));
      return {
        pool: {
          wake: () => void attached.then((pool) => pool.wake()),
          async close() {
            const [pool, agent] = await opened;
            await pool.close();
            await agent.stop();
          },
        },
        width: max,
      };
    },
    { processes: true, timeouts: true },
    { describe, test },
  );
});
