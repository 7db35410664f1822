/** A join that reads 2,000 inputs of 1 MB, one after another: its peak of memory, in a worker of a run and in a spin. */
import { readFileSync } from 'node:fs';
import { round } from '../lib/measure.mjs';
import { timedNode } from '../lib/node.mjs';
import statistics from '../lib/statistics.cjs';
import { withWorkspace } from '../lib/workspace.mjs';

const { median } = statistics;

const SPLITS = 2000;
/** More than a join that reads one of them. All of them are 2 GB. */
const MOST_MB = 200;

const FLOW = `import { readFileSync, writeFileSync } from 'node:fs';
import { flow } from '@nx-flow/core';

const peak = () => Number(/VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1.024e-3;
const f = flow('wide');
const start = f.start(() => ({ ids: Array.from({ length: ${SPLITS} }, (_, i) => i) }));
const each = f.foreach('each', { after: start, over: 'ids' }, () => ({ bytes: Buffer.alloc(1_000_000, 1) }));
const all = f.join('all', { after: each }, async ({ inputs }) => {
  const wanted = process.env.READ === 'one' ? inputs.slice(0, 1) : inputs;
  let sum = 0;
  for (const { bytes } of wanted) {
    sum += bytes[0] + bytes.length;
    if (process.env.READ === 'yielding') await new Promise(setImmediate);
  }
  if (sum !== wanted.length * 1_000_001) throw new Error(\`It read \${sum}.\`);
  writeFileSync('peak', String(peak()));
  return { sum };
});
export default f.end(all);
`;

export default {
  name: 'lazy-join',
  what: `join that reads ${SPLITS.toLocaleString('en')} inputs of 1 MB, one after another: peak of memory`,
  floor: 'a join of the same inputs that reads one',
  // Memory is not disturbed by what else the machine does.
  samples: 3,
  open: (build, use) =>
    withWorkspace(
      build,
      { 'package.json': '{ "name": "bench", "private": true }', 'wide.flow.ts': FLOW },
      async (workspace) => {
        const nxFlow = (argv, READ) =>
          timedNode([workspace.command, ...argv], { cwd: workspace.folder, env: { READ } });
        await nxFlow(['run', 'wide', '--until=each'], 'one');
        const peak = () => ({ mb: Number(readFileSync(workspace.path('peak'), 'utf8')) });
        const inWorker = async (READ) => {
          await nxFlow(['resume', 'wide', '--origin=1', '--max-workers=1'], READ);
          return peak();
        };
        const inSpin = async (READ) => {
          await nxFlow(['spin', 'wide', 'all', '--origin=1'], READ);
          return peak();
        };
        const missed = ({ floor, ours }) => {
          const more = median(ours) - median(floor);
          return more <= MOST_MB ? undefined : `${round(more)} MB more`;
        };
        const cases = [
          ['in the worker of a run', inWorker, 'all'],
          ['in a spin', inSpin, 'all'],
          ['in a spin, yielding after each', inSpin, 'yielding'],
        ];
        return use(
          cases.map(([what, ask, how]) => ({
            what,
            warm: 0,
            floor: () => ask('one'),
            ours: () => ask(how),
            figures: [{ of: 'mb', unit: 'MB', most: MOST_MB, missed }],
          })),
        );
      },
    ),
};
