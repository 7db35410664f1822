/** `nx-flow resume` of 100,000 tasks, against the run of as many: the time, and the peak of the coordinator's memory. */
import { existsSync, readFileSync } from 'node:fs';
import { timedNode } from '../lib/node.mjs';
import { COMMAND } from '../lib/peak.mjs';
import { withWorkspace } from '../lib/workspace.mjs';

const TASKS = 100_000;
const MOST_MB = 300;
/** Two commits are compared on less, so that 40 pairs take minutes. */
const TASKS_COMPARED = 20_000;

const wide = (splits) => `import { flow } from '@nx-flow/core';

const f = flow('wide');
const start = f.start(() => ({ items: Array.from({ length: ${splits} }, (_, i) => i) }));
const each = f.foreach('each', { after: start, over: 'items' }, ({ input }) => ({ number: input * 2, text: \`item \${input}\` }));
const all = f.join('all', { after: each }, () => ({}));
export default f.end(all);
`;

const long = (splits) => `import { flow } from '@nx-flow/core';

const f = flow('long');
const start = f.start(() => ({ items: Array.from({ length: ${splits} }, (_, i) => i) }));
const each = f.foreach('each', { after: start, over: 'items' }, ({ input }) => ({ number: input * 2 }));
const then = f.step('then', { after: each }, ({ self }) => ({ more: self.number + 1 }));
const all = f.join('all', { after: then }, () => ({}));
export default f.end(all);
`;

export default {
  name: 'resume',
  what: '`nx-flow resume`',
  floor: `a run of all the tasks; the ${MOST_MB} MB that it may take`,
  // A run takes many seconds, and memory is hardly disturbed by what else the machine does.
  samples: 3,
  open: (build, use, { compared = false } = {}) =>
    withWorkspace(
      build,
      { 'package.json': '{ "name": "bench", "private": true }', 'child.cjs': COMMAND },
      (workspace) => {
        const tasks = compared ? TASKS_COMPARED : TASKS;
        const text = tasks.toLocaleString('en');
        workspace.write('wide.flow.ts', wide(tasks));
        workspace.write('long.flow.ts', long(tasks / 2));
        const command = async (wanted, ...argv) => {
          const { ms, stdout } = await timedNode(['child.cjs', ...argv, '--json'], { cwd: workspace.folder });
          const { tasks: counts } = JSON.parse(stdout);
          const found = `${counts.done} ${counts.taken ?? 0}`;
          if (found !== wanted) throw new Error(`Not the tasks that it should be, ${wanted}: ${stdout}`);
          await workspace.letBrokerGo();
          return { ms, mb: Number(readFileSync(workspace.path('peak'), 'utf8')) };
        };
        const drop = () => workspace.dropStore();
        const figures = [
          { of: 'ms', what: 'time', goal: 1 },
          { of: 'mb', what: 'memory', unit: 'MB', floor: MOST_MB, goal: 1 },
        ];
        const runWide = async () => {
          await drop();
          return command(`${tasks + 3} 0`, 'run', 'wide');
        };
        const runLong = () => command(`${tasks + 3} 0`, 'run', 'long');
        return use([
          {
            what: `of ${text} tasks, all but a join taken over`,
            warm: 0,
            floor: runWide,
            async ours() {
              if (!existsSync(workspace.store)) await runWide();
              return command(`2 ${tasks + 1}`, 'resume', 'wide', 'all', '--origin=1');
            },
            figures,
          },
          {
            what: `of ${text} tasks, half of them taken over`,
            warm: 0,
            async begin() {
              await drop();
              await command(`${tasks / 2 + 1} 0`, 'run', 'long', '--until=each');
            },
            floor: runLong,
            ours: () => command(`${tasks / 2 + 2} ${tasks / 2 + 1}`, 'resume', 'long', '--origin=1'),
            figures,
          },
        ]);
      },
    ),
};
