/** `nx spin` of a step that does nothing, through Nx: without a daemon, and with a warm one. */
import { json, MODES, withNx } from '../lib/nx.mjs';
import { FLOW } from './spin.mjs';

const GOAL = 1.2;

const FILES = {
  'empty/empty.flow.ts': FLOW,
  'empty/project.json': json({
    name: 'empty',
    targets: { floor: { executor: './noop:noop', cache: false } },
  }),
};

export default {
  name: 'nx-spin',
  what: '`nx spin`, step that does nothing',
  floor: 'an executor that returns at once, same workspace',
  open: (build, use) =>
    withNx(build, FILES, async (workspace, nx) => {
      await workspace.nxFlow('run', 'empty');
      return use(
        Object.entries(MODES).map(([what, mode]) => ({
          what,
          // The cache is another row: here, both execute.
          floor: () => nx(mode, 'run', 'empty:floor', '--skip-nx-cache'),
          ours: () => nx(mode, 'run', 'empty:spin', '--step=nothing', '--skip-nx-cache'),
          figures: [{ of: 'ms', goal: GOAL }],
          ...workspace.brokerHeld(),
        })),
      );
    }),
};
