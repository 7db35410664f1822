/** `nx-flow run` of a foreach with 100,000 tasks: the peak of memory of the process that coordinates them. */
import { readFileSync } from 'node:fs';
import { timedNode } from '../lib/node.mjs';
import { COMMAND } from '../lib/peak.mjs';
import { withWorkspace } from '../lib/workspace.mjs';

const TASKS = 100_000;
const MOST_MB = 200;
/** Two commits are compared on less, so that 40 pairs take minutes: an eighth of an hour rather than one. */
const TASKS_COMPARED = 20_000;

const flow = (tasks, artifacts) => `import { flow } from '@nx-flow/core';

const f = flow('wide');
const start = f.start(() => ({ items: Array.from({ length: ${tasks} }, (_, i) => i) }));
const each = f.foreach('each', { after: start, over: 'items' }, ({ input }) => (${artifacts}));
const all = f.join('all', { after: each }, () => ({}));
export default f.end(all);
`;

const CASES = {
  'empty tasks': '{}',
  'tasks of two artifacts each': '{ number: input * 2, text: `item $' + '{input}` }',
};

export default {
  name: 'memory',
  what: `\`nx-flow run\` of a foreach: peak of the coordinator's memory`,
  floor: `the ${MOST_MB} MB that it may take`,
  // Memory is hardly disturbed by what else the machine does.
  samples: 3,
  open: (build, use, { compared = false } = {}) =>
    withWorkspace(
      build,
      { 'package.json': '{ "name": "bench", "private": true }', 'child.cjs': COMMAND },
      (workspace) => {
        const tasks = compared ? TASKS_COMPARED : TASKS;
        const run = async () => {
          await workspace.dropStore();
          const argv = ['child.cjs', 'run', 'wide', '--json'];
          const { ms, stdout } = await timedNode(argv, { cwd: workspace.folder });
          const { tasks: counts } = JSON.parse(stdout);
          if (counts.done !== tasks + 3) throw new Error(`The run is not whole: ${stdout}`);
          await workspace.letBrokerGo();
          return { ms, mb: Number(readFileSync(workspace.path('peak'), 'utf8')) };
        };
        return use(
          Object.entries(CASES).map(([what, artifacts]) => ({
            what: `${tasks.toLocaleString('en')} ${what}`,
            warm: 0,
            begin: async () => workspace.write('wide.flow.ts', flow(tasks, artifacts)),
            ours: run,
            figures: [
              { of: 'mb', unit: 'MB', floor: MOST_MB, goal: 1 },
              { of: 'ms', what: 'time', commitOnly: true },
            ],
          })),
        );
      },
    ),
};
