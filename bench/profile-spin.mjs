/**
 * `node bench/profile-spin.mjs [--samples=20] [--cpu-prof=<folder>]`: where the time of a cold spin goes, its broker up already:
 * the median of each phase, in the order of the process, beside `node -e 0`. With `--cpu-prof`, a profile of one more spin.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { withWorkingTree } from './lib/build.mjs';
import { timedNode } from './lib/node.mjs';
import statistics from './lib/statistics.cjs';
import { withWorkspace } from './lib/workspace.mjs';

const { values } = parseArgs({
  options: { samples: { type: 'string', default: '20' }, 'cpu-prof': { type: 'string' } },
});
const HOOKS = fileURLToPath(new URL('lib/phases.cjs', import.meta.url));
const FLOW = `import { flow } from '@nx-flow/core';

const f = flow('empty');
const start = f.start(() => ({ size: 1 }));
const nothing = f.step('nothing', { after: start }, () => ({ ...((globalThis as any).benchMark?.('step') ?? {}) }));
export default f.end(nothing);
`;

/** Each phase ends with its mark. */
const PHASES = [
  ['node', 'Node starts'],
  ['bundle', 'the program of the command is loaded'],
  ['connecting', 'arguments, the workspace, where the store is'],
  ['found', 'the flow is found; transformed, or taken from the cache; the store connects meanwhile'],
  ['flow', 'the flow’s file and `@nx-flow/core` are evaluated'],
  ['step', 'the inputs are read, the process is guarded, the step begins'],
  ['end', 'the step, its outputs as files, the report'],
  ['exit', 'the process ends'],
];

// A broker leaves with its last client.
process.env.CI = '1';

await withWorkingTree((build) =>
  withWorkspace(
    build,
    { 'package.json': '{ "private": true }', 'empty.flow.ts': FLOW },
    async (workspace) => {
      await workspace.nxFlow('run', 'empty');
      await workspace.holdBroker();
      const spin = [workspace.command, 'spin', 'empty', 'nothing'];
      const cwd = workspace.folder;
      const BENCH_MARKS = workspace.path('marks.json');
      const samples = [];
      for (let i = 0; i < Number(values.samples) + 2; i++) {
        const node = await timedNode(['-e', '0'], { cwd });
        const plain = await timedNode(spin, { cwd });
        const BENCH_SPAWNED = String(performance.timeOrigin + performance.now());
        const { ms } = await timedNode(['--require', HOOKS, ...spin], {
          cwd,
          env: { BENCH_MARKS, BENCH_SPAWNED },
        });
        const marks = { ...JSON.parse(readFileSync(BENCH_MARKS, 'utf8')), exit: ms };
        // The first two are not warm.
        if (i >= 2) samples.push({ node: node.ms, plain: plain.ms, marks });
      }
      const all = (of) => statistics.median(samples.map(of)).toFixed(1);
      console.log(`| phase | ends at | takes |\n| --- | --: | --: |`);
      for (const [i, [name, what]] of PHASES.entries()) {
        const took = ({ marks }) => marks[name] - (i === 0 ? 0 : marks[PHASES[i - 1][0]]);
        console.log(`| ${what} | ${all(({ marks }) => marks[name])} ms | ${all(took)} ms |`);
      }
      const ratio = all(({ node, plain }) => plain / node);
      console.log(
        `\nA spin ${all(({ plain }) => plain)} ms, \`node -e 0\` ${all(({ node }) => node)} ms: ${ratio} ×`,
      );
      const folder = values['cpu-prof'];
      if (folder) await timedNode(['--cpu-prof', `--cpu-prof-dir=${resolve(folder)}`, ...spin], { cwd });
    },
  ),
);
