/** Runs whose tasks are executed by two workers of a queue, beside the same on workers of this machine. */

import { timedNode } from '../lib/node.mjs';
import { withAgents, withRedis } from '../lib/queue.mjs';
import { withWorkspace } from '../lib/workspace.mjs';

/** Each of so many tasks is split into as many. */
const WIDTH = 100;
const LONG = 32;

const FLOWS = {
  'wide.flow.ts': `import { flow } from '@nx-flow/core';
const f = flow('wide');
const start = f.start(() => ({ items: Array.from({ length: ${WIDTH} }, (_, i) => i) }));
const outer = f.foreach('outer', { after: start, over: 'items' }, () => ({}));
const each = f.foreach('each', { after: outer, over: 'items' }, () => ({}));
const inner = f.join('inner', { after: each }, () => ({}));
export default f.end(f.join('all', { after: inner }, () => ({})));
`,
  'long.flow.ts': `import { flow } from '@nx-flow/core';
import { setTimeout as pause } from 'node:timers/promises';
const f = flow('long');
const start = f.start(() => ({ items: Array.from({ length: ${LONG} }, (_, i) => i) }));
const each = f.foreach('each', { after: start, over: 'items' }, async () => {
  await pause(1000);
  return {};
});
export default f.end(f.join('all', { after: each }, () => ({})));
`,
};

const AGENT = `const { startAgent } = require('@nx-flow/queue');
const [url, slots, cas] = process.argv.slice(2);
const options = { url, workspace: __dirname, queues: ['default'], slots: Number(slots), resources: {}, cas };
process.on('disconnect', () => process.exit(1));
process.chdir(__dirname);
startAgent(options).then(() => process.send('ready'));
`;

/** The same run on a queue, or on workers of this machine. Prints its outcome. */
const RUN = `const { join } = require('node:path');
const part = (name, module) => require(join(__dirname, 'node_modules/@nx-flow/core/dist/parts', name + '.js'))[module]();
const { openSession } = part('cli', 'session/session');
const { placeOf } = part('cli', 'session/place');
const { parseParams } = part('cli', 'definition/params');
const { executeRun } = part('run', 'session/run');
const [flow, workers, url] = process.argv.slice(2);
const max = Number(workers);
async function main() {
  const session = await openSession(placeOf(flow, __dirname), { emit() {}, ...(url ? {} : { warm: max }) });
  const { file, graph } = session;
  const { openQueuePool } = url ? require('@nx-flow/queue') : {};
  const pool = url
    ? await openQueuePool({ url, flow: graph.flow, file, workspace: __dirname, max })
    : await session.workers(max);
  const outcome = await executeRun(session, {
    params: parseParams(graph, {}), workers: max, pool: (host) => pool.attach(host),
  });
  process.stdout.write(JSON.stringify(outcome));
  await pool.close();
  await session.close();
}
main();
`;

const FILES = {
  'package.json': '{ "name": "bench", "private": true }',
  ...FLOWS,
  'agent.cjs': AGENT,
  'run.cjs': RUN,
};

export default {
  name: 'queue',
  what: 'a run over two workers of a queue, on this machine, over Redis',
  floor: 'the same run on as many worker processes without a queue',
  // Each takes seconds.
  samples: 5,
  open: (build, use) =>
    withWorkspace(build, FILES, (workspace) =>
      withRedis(async (url) => {
        const run = async (flow, max, tasks, on = []) => {
          await workspace.dropStore();
          const argv = ['run.cjs', flow, `${max}`, ...on];
          const { ms, stdout } = await timedNode(argv, { cwd: workspace.folder });
          const { status, tasks: counts } = JSON.parse(stdout);
          if (status !== 'done' || counts.done !== tasks) throw new Error(`The run is not whole: ${stdout}`);
          await workspace.letBrokerGo();
          return { ms };
        };
        const wide = WIDTH * WIDTH + 2 * WIDTH + 3;
        return withAgents({ workspace, url, count: 2, slots: 4 }, () =>
          use([
            {
              what: `${(WIDTH * WIDTH).toLocaleString('en')} empty tasks`,
              warm: 1,
              floor: () => run('wide', 2, wide),
              ours: () => run('wide', 2, wide, [url]),
              figures: [{ of: 'ms', goal: 3 }],
            },
            {
              what: `${LONG} tasks of 1 s, 8 at once`,
              warm: 1,
              floor: () => run('long', 8, LONG + 3),
              ours: () => run('long', 8, LONG + 3, [url]),
              figures: [{ of: 'ms', goal: 1.3 }],
            },
          ]),
        );
      }),
    ),
};
