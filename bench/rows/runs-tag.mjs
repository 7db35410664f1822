/** `nx-flow runs --tag` in a store of 10,000 runs, of which the oldest alone has the tag. */
import { withWorkspace } from '../lib/workspace.mjs';

const RUNS = 10_000;
const TOGETHER = 500;
const GOAL = 2;

const FLOW = `import { flow } from '@nx-flow/core';

const f = flow('empty');
const start = f.start(() => ({ size: 1 }));
export default f.end(start);
`;

export default {
  name: 'runs-tag',
  what: `\`nx-flow runs --tag\` of ${RUNS.toLocaleString('en')} runs`,
  floor: '`nx-flow runs`, which lists the newest 20',
  open: (build, use) =>
    withWorkspace(
      build,
      { 'package.json': '{ "name": "bench", "private": true }', 'empty.flow.ts': FLOW },
      async (workspace) => {
        await workspace.nxFlow('run', 'empty', '--tag=first');
        const { openStore, record } = workspace.require('@nx-flow/core/store');
        const store = await openStore(workspace.store);
        const row = await store.run('empty', 1);
        for (let from = 2; from <= RUNS; from += TOGETHER) {
          const numbers = Array.from({ length: Math.min(TOGETHER, RUNS - from + 1) }, (_, i) => from + i);
          await store.commit(numbers.flatMap((run) => record.run({ ...row, run, tags: ['nightly'] })));
        }
        await store.close();
        const list = async (expected, ...options) => {
          const { ms, stdout } = await workspace.nxFlow('runs', 'empty', '--json', ...options);
          const { runs } = JSON.parse(stdout);
          if (runs.length !== expected) throw new Error(`${runs.length} runs were listed, not ${expected}.`);
          return { ms };
        };
        const cases = {
          'the oldest of them, broker up already': workspace.brokerHeld(),
          'the oldest of them, the command starts its broker': {},
        };
        return use(
          Object.entries(cases).map(([what, held]) => ({
            what,
            floor: () => list(20),
            ours: () => list(1, '--tag=first'),
            figures: [{ of: 'ms', goal: GOAL }],
            ...held,
          })),
        );
      },
    ),
};
