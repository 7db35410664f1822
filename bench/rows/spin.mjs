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

/** The same with a parameter: loading zod is part of what its author waits for. */
const WITH_PARAMETER = `import { flow } from '@nx-flow/core';
import { z } from 'zod';

const f = flow('params', { params: { size: z.number().default(1) } });
const start = f.start(({ params }) => ({ size: params.size }));
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
        'hello.ts': "const name: string = 'world';\nconsole.log(name);\n",
        'empty.flow.ts': FLOW,
        'params.flow.ts': WITH_PARAMETER,
      },
      async (workspace) => {
        const cwd = workspace.folder;
        const node = async (argv) => (await timedNode(argv, { cwd })).ms;
        const floor = () => node(['--import', 'tsx', 'hello.ts']);
        const spin = (flow) => () => node([workspace.command, 'spin', flow, 'nothing']);
        for (const flow of ['empty', 'params']) await node([workspace.command, 'run', flow]);
        const lines = [];

        await workspace.holdBroker();
        progress('broker up');
        const up = await alternate({ samples, floor, ours: spin('empty'), progress });
        lines.push(line({ what: 'broker up already', taken: up, goal: GOAL, must: MUST }));
        const zod = await alternate({ samples, floor, ours: spin('params'), progress });
        lines.push(
          line({ what: 'broker up already, the flow loads zod', taken: zod, goal: GOAL, must: MUST }),
        );
        await workspace.dropBroker();
        await workspace.letBrokerGo();

        progress('broker started by the spin');
        const alone = async () => {
          const ms = await spin('empty')();
          await workspace.letBrokerGo();
          return ms;
        };
        const cold = await alternate({ samples, floor, ours: alone, progress });
        lines.push(line({ what: 'the spin starts its broker', taken: cold, goal: GOAL, must: MUST }));
        return lines;
      },
    ),
};
