/**
 * The graphs of the conformance matrix, and random ones, over two workers that share nothing but the queue: what is recorded is what
 * each program means, and a spin of a task there gives what the run recorded. `npm test` takes some of them, `npm run test:whole -- packages/flow-queue` all, on each server.
 */
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Bench } from '../../../flow-core/test/conformance/bench';
import { GRAPHS } from '../../../flow-core/test/conformance/graphs';
import type { Task } from '../../../flow-core/test/conformance/interpreter';
import type { Program } from '../../../flow-core/test/conformance/program';
import { everyProgram } from '../../../flow-core/test/conformance/random';
import { sourceOf } from '../../../flow-core/test/conformance/source';
import { migrateQueue, openQueuePool } from '../../src';
import { fingerprint } from '../kit/fingerprint';
import { installedServers, type TestServer } from '../kit/servers';
import { Site } from '../kit/site';
import { SpinsAway } from '../kit/spins-away';

const WHOLE = process.env.WHOLE === '1';
const SOME = ['mixture of sixteen steps'];
const graphs = Object.entries(GRAPHS).filter(([name]) => WHOLE || SOME.includes(name));
const RANDOM = WHOLE ? 100 : 1;
/** So many steps of a program are spun, where not all tasks are. */
const SPUN = 6;
const BODY = join(__dirname, '../../../flow-core/test/conformance/body.ts');
const CHECKOUTS = ['own', 'a', 'b'];

// The tests of whole runs take the first one.
const servers = WHOLE ? installedServers() : installedServers().slice(-1);

describe.each(servers)('over %s', (_, start) => {
  let server: TestServer;
  let site: Site;
  beforeAll(async () => {
    server = await start();
    await migrateQueue(server.url);
    site = new Site(server.url, {});
    for (const name of CHECKOUTS) copyFileSync(BODY, join(site.checkout(name), 'body.ts'));
    await Promise.all(['a', 'b'].map((name) => site.agent(name)));
  });
  afterAll(async () => {
    await site.close();
    await server.close();
  });

  async function agrees(program: Program, params: Record<string, unknown> = {}): Promise<void> {
    const name = `${program.name}.flow.ts`;
    for (const checkout of CHECKOUTS)
      writeFileSync(join(site.checkout(checkout), name), sourceOf(program, './body'));
    const workspace = site.checkout('own');
    const file = join(workspace, name);
    const { url } = server;
    const open = () => openQueuePool({ url, flow: program.name, file, workspace, max: 4, fingerprint });
    const pool = await open();
    let spins: SpinsAway | undefined;
    try {
      const bench = new Bench(program);
      const recorded = await bench.run({ pool: (host) => pool.attach(host) as never, params });
      // Without blobs, large values cannot travel, and the run says so.
      if (recorded.row.error?.code === 'FLOW_BLOBS_MISSING') return;
      expect(recorded.row.error).toBeUndefined();
      const meaning = await bench.agrees(recorded, { params });
      await pool.close();
      spins = new SpinsAway(await open());
      // The last task of each step has most to see.
      const tasks = WHOLE ? [...meaning.values()] : [...lastOfEach(meaning.values())].slice(0, SPUN);
      for (const task of tasks) await bench.spinsTheSame(recorded, task, { elsewhere: spins.next() });
    } finally {
      await Promise.all([pool.close(), spins?.close()]);
    }
  }

  test.each(graphs)('%s', (_, program) => agrees(program));

  test(`random graphs: ${RANDOM}`, () =>
    everyProgram(({ program, draw }) => agrees(program, { seed: draw }), RANDOM));
});

function lastOfEach(tasks: Iterable<Task>): Iterable<Task> {
  return new Map([...tasks].map((task) => [task.step, task])).values();
}
