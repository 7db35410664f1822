/** A join that merges 200 inputs of 10 MB and reads none: its peak of memory, in a worker of a run and in a spin. */
import { readFileSync } from 'node:fs';
import { alternate, line, median, round, timedNode } from '../lib/measure.mjs';
import { withWorkspace } from '../lib/workspace.mjs';

const SPLITS = 200;
const MB = 10;
const GOAL = 1.2;
/** More than a join that merges nothing. */
const MOST_MB = 50;

const FLOW = `import { readFileSync, writeFileSync } from 'node:fs';
import { flow, merge } from '@nx-flow/core';

const peak = () => Number(/VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1.024e-3;
const f = flow('wide');
const start = f.start(() => ({ ids: Array.from({ length: ${SPLITS} }, (_, i) => i) }));
const each = f.foreach('each', { after: start, over: 'ids' }, ({ input }) => ({
  same: Buffer.alloc(${MB} * 1_000_000, 1),
  mine: Buffer.alloc(40_000, input),
}));
const all = f.join('all', { after: each }, ({ inputs }) => {
  process.on('exit', () => writeFileSync('peak', String(peak())));
  return process.env.MERGE === '1' ? { ...merge(inputs, { exclude: ['mine'] }), n: inputs.length } : { n: inputs.length };
});
// In the same worker: its peak so far is that of the join.
const after = f.step('after', { after: all }, () => ({ peak: peak() }));
export default f.end(after);
`;

export default {
  name: 'merge',
  what: `join of ${SPLITS} inputs of ${MB} MB, merged by reference: peak of memory`,
  floor: 'a join of the same inputs that merges nothing',
  goal: `≤ ${GOAL} ×, under ${MOST_MB} MB more`,
  // Memory is not disturbed by what else the machine does.
  samples: 5,
  measure: ({ samples, progress }) =>
    withWorkspace(
      { 'package.json': '{ "name": "bench", "private": true }', 'wide.flow.ts': FLOW },
      async (workspace) => {
        const cwd = workspace.folder;
        const nxFlow = (argv, MERGE) =>
          timedNode([workspace.command, ...argv, '--json'], { cwd, env: { MERGE } });
        await nxFlow(['run', 'wide', '--until=each'], '0');
        const inWorker = (MERGE) => async () => {
          await nxFlow(['resume', 'wide', '--origin=1', '--max-workers=1'], MERGE);
          const { stdout } = await nxFlow(['dump', 'wide', '--include=peak'], MERGE);
          return JSON.parse(stdout).artifacts.peak;
        };
        const inSpin = (MERGE) => async () => {
          await nxFlow(['spin', 'wide', 'all', '--origin=1'], MERGE);
          return Number(readFileSync(workspace.path('peak'), 'utf8'));
        };
        const lines = [];
        for (const [what, ask] of [
          ['in the worker of a run', inWorker],
          ['in a spin', inSpin],
        ]) {
          progress(what);
          const taken = await alternate({ samples, warm: 1, floor: ask('0'), ours: ask('1'), progress });
          const more = median(taken.ours) - median(taken.floor);
          const missed = more < MOST_MB ? undefined : `${round(more)} MB more`;
          lines.push(line({ what, taken, goal: GOAL, unit: 'MB', ...(missed ? { missed } : {}) }));
        }
        return lines;
      },
    ),
};
