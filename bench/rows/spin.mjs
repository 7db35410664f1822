/** `nx-flow spin` of a step that does nothing. */
import { alternate, line, timedNode } from '../lib/measure.mjs';
import { withWorkspace } from '../lib/workspace.mjs';

const GOAL = 1.5;
const MUST = 2;

export const FLOW = `import { flow } from '@nx-flow/core';

const f = flow('empty');
const start = f.start(() => ({ size: 1 }));
const nothing = f.step('nothing', { after: start }, () => ({}));
export default f.end(nothing);
`;

export default {
  name: 'spin',
  what: '`nx-flow spin`, step that does nothing',
  floor: '`node --import tsx` on a hello file',
  goal: `≤ ${GOAL} ×`,
  measure: ({ samples, progress }) =>
    withWorkspace(
      {
        'package.json': '{ "name": "bench", "private": true }',
        'hello.ts': "const name: string = 'world';\nconsole.log(`hello, ${name}`);\n",
        'empty.flow.ts': FLOW,
      },
      async (workspace) => {
        const cwd = workspace.folder;
        const node = async (argv) => (await timedNode(argv, { cwd })).ms;
        const floor = () => node(['--import', 'tsx', 'hello.ts']);
        const spin = () => node([workspace.command, 'spin', 'empty', 'nothing']);
        await node([workspace.command, 'run', 'empty']);
        const lines = [];

        const letGo = await workspace.holdBroker();
        progress('broker up');
        const up = await alternate({ samples, floor, ours: spin, progress });
        lines.push(line({ what: 'broker up already', taken: up, goal: GOAL, must: MUST }));
        await letGo();
        await workspace.letBrokerGo();

        progress('broker started by the spin');
        const alone = async () => {
          const ms = await spin();
          await workspace.letBrokerGo();
          return ms;
        };
        const cold = await alternate({ samples, floor, ours: alone, progress });
        lines.push(line({ what: 'the spin starts its broker', taken: cold, goal: GOAL, must: MUST }));
        return lines;
      },
    ),
};
