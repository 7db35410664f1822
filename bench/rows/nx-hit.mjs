/** `nx spin`, replayed: the inputs are looked up, and Nx restores the outputs. */
import { json, MODES, withNx } from '../lib/nx.mjs';
import { FLOW } from './spin.mjs';

const GOAL = 1.1;

const FILES = {
  'empty/empty.flow.ts': FLOW,
  'empty/project.json': json({
    name: 'empty',
    targets: { floor: { executor: './noop:noop', cache: true, outputs: ['{workspaceRoot}/dist/floor'] } },
  }),
};

export default {
  name: 'nx-hit',
  what: '`nx spin`, cache hit',
  floor: 'a cached target that does nothing',
  open: (build, use) =>
    withNx(build, FILES, async (workspace, nx) => {
      // No broker is up: a hit needs none.
      await workspace.nxFlow('run', 'empty');
      return use(
        Object.entries(MODES).map(([what, mode]) => ({
          what,
          floor: () => nx(mode, 'run', 'empty:floor'),
          ours: () => nx(mode, 'run', 'empty:spin', '--step=nothing'),
          figures: [{ of: 'ms', goal: GOAL }],
        })),
      );
    }),
};
