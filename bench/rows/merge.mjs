/** A join that merges 200 inputs of 10 MB and reads none: its peak of its own memory, in a worker of a run and in a spin. */
import { readFileSync } from 'node:fs';
import { round } from '../lib/measure.mjs';
import { timedNode } from '../lib/node.mjs';
import statistics from '../lib/statistics.cjs';
import { withWorkspace } from '../lib/workspace.mjs';

const { median } = statistics;

const SPLITS = 200;
const MB = 10;
const GOAL = 1.2;
/** More than a join that merges nothing. */
const MOST_MB = 50;

const FLOW = `import { readFileSync, writeFileSync } from 'node:fs';
import { flow, merge } from '@nx-flow/core';

const status = () => readFileSync('/proc/self/status', 'utf8');
const mb = (field: string) => Number(new RegExp(field + ':\\\\s+(\\\\d+)').exec(status())?.[1]) * 1.024e-3;
// Without the pages of Node's own program: they are in memory once, for all processes.
const peak = () => mb('VmHWM') - mb('RssFile');
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
const after = f.step('after', { after: all }, () => {
  writeFileSync('peak-after', String(peak()));
  return {};
});
export default f.end(after);
`;

export default {
  name: 'merge',
  what: `join of ${SPLITS} inputs of ${MB} MB, merged by reference: peak of memory of its own`,
  floor: 'a join of the same inputs that merges nothing',
  // Memory is not disturbed by what else the machine does.
  samples: 5,
  open: (build, use) =>
    withWorkspace(
      build,
      { 'package.json': '{ "name": "bench", "private": true }', 'wide.flow.ts': FLOW },
      async (workspace) => {
        const nxFlow = (argv, MERGE) =>
          timedNode([workspace.command, ...argv], { cwd: workspace.folder, env: { MERGE } });
        await nxFlow(['run', 'wide', '--until=each'], '0');
        const peakIn = (file) => ({ mb: Number(readFileSync(workspace.path(file), 'utf8')) });
        const inWorker = async (MERGE) => {
          await nxFlow(['resume', 'wide', '--origin=1', '--max-workers=1'], MERGE);
          return peakIn('peak-after');
        };
        const inSpin = async (MERGE) => {
          await nxFlow(['spin', 'wide', 'all', '--origin=1'], MERGE);
          return peakIn('peak');
        };
        const missed = ({ floor, ours }) => {
          const more = median(ours) - median(floor);
          return more < MOST_MB ? undefined : `${round(more)} MB more`;
        };
        return use(
          Object.entries({ 'in the worker of a run': inWorker, 'in a spin': inSpin }).map(([what, ask]) => ({
            what,
            warm: 1,
            floor: () => ask('0'),
            ours: () => ask('1'),
            figures: [{ of: 'mb', unit: 'MB', goal: GOAL, missed }],
          })),
        );
      },
    ),
};
