/** `nx-flow spin` of a step that does nothing. */
import { timedNode } from '../lib/node.mjs';
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

const FILES = {
  'package.json': '{ "name": "bench", "private": true }',
  'hello.ts': "const name: string = 'world';\nconsole.log(name);\n",
  'empty.flow.ts': FLOW,
  'params.flow.ts': WITH_PARAMETER,
};

export default {
  name: 'spin',
  what: '`nx-flow spin`, step that does nothing',
  floor: '`node --import tsx` on a hello file',
  open: (build, use) =>
    withWorkspace(build, FILES, async (workspace) => {
      for (const flow of ['empty', 'params']) await workspace.nxFlow('run', flow);
      const floor = () => timedNode(['--import', 'tsx', 'hello.ts'], { cwd: workspace.folder });
      const spin = (flow) => workspace.nxFlow('spin', flow, 'nothing');
      const figures = [{ of: 'ms', goal: GOAL, must: MUST }];
      return use([
        {
          what: 'broker up already',
          floor,
          ours: () => spin('empty'),
          figures,
          ...workspace.brokerHeld(),
        },
        {
          what: 'broker up already, the flow loads zod',
          floor,
          ours: () => spin('params'),
          figures,
          ...workspace.brokerHeld(),
        },
        {
          what: 'the spin starts its broker',
          floor,
          ours: async () => {
            const sample = await spin('empty');
            await workspace.letBrokerGo();
            return sample;
          },
          figures,
        },
      ]);
    }),
};
