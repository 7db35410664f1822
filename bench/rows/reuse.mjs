/** `nx-flow run --reuse` where nothing has changed, against reading the rows of as many tasks. */
import { setTimeout as pause } from 'node:timers/promises';
import { round } from '../lib/measure.mjs';
import { timedNode } from '../lib/node.mjs';
import statistics from '../lib/statistics.cjs';
import { withWorkspace } from '../lib/workspace.mjs';

const { median } = statistics;

const TASKS = 1000;
const GOAL = 5;

const FLOW = `import { flow } from '@nx-flow/core';

const f = flow('wide');
const start = f.start(() => ({ items: Array.from({ length: ${TASKS} }, (_, i) => i) }));
const each = f.foreach('each', { after: start, over: 'items' }, ({ input }) => ({ number: input * 2 }));
const all = f.join('all', { after: each }, ({ inputs }) => ({ sum: inputs.reduce((sum, { number }) => sum + number, 0) }));
export default f.end(all);
`;

/** Opens the store, and reads the row of each task of run 1. Prints how many there are, and the milliseconds of the reading. */
const FLOOR = `const { openStore } = require('@nx-flow/core/store');
async function main([folder]) {
  const store = await openStore(folder);
  const begun = performance.now();
  let rows = 0;
  for await (const _ of store.tasks('wide', 1)) rows++;
  const ms = performance.now() - begun;
  await store.close();
  process.stdout.write(JSON.stringify({ rows, ms }));
}
main(process.argv.slice(2));
`;

const FILES = {
  'package.json': '{ "name": "bench", "private": true }',
  'wide.flow.ts': FLOW,
  'floor.cjs': FLOOR,
};

export default {
  name: 'reuse',
  what: '`nx-flow run --reuse`, nothing changed',
  floor: 'a process that reads the rows of the tasks',
  open: (build, use) =>
    withWorkspace(build, FILES, async (workspace) => {
      // What was written a moment before a process begins may have been written while it began.
      await pause(1000);
      await workspace.nxFlow('run', 'wide', '--json');
      const read = async () => {
        const { ms, stdout } = await timedNode(['floor.cjs', workspace.store], { cwd: workspace.folder });
        const { rows, ms: inside } = JSON.parse(stdout);
        if (rows !== TASKS + 3) throw new Error(`Not all rows: ${stdout}`);
        return { ms, inside };
      };
      const reuse = async () => {
        const { ms, stdout } = await workspace.nxFlow('run', 'wide', '--reuse', '--json');
        const { tasks, durationMs } = JSON.parse(stdout);
        if (tasks.reused !== TASKS + 3 || tasks.done !== 0) throw new Error(`Not all was reused: ${stdout}`);
        return { ms, inside: durationMs };
      };
      const note = (_, samples) =>
        `${round(median(samples.map(({ inside }) => inside)))} ms by the run's own clock, until its rows are written`;
      return use([
        {
          what: `of ${TASKS.toLocaleString('en')} tasks`,
          warm: 2,
          floor: read,
          ours: reuse,
          figures: [{ of: 'ms', goal: GOAL, note }],
        },
      ]);
    }),
};
