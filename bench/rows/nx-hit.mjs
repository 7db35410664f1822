/** `nx spin`, replayed: the inputs are looked up, and Nx restores the outputs. */
import { alternate, line, timedNode } from '../lib/measure.mjs';
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
  goal: `≤ ${GOAL} ×`,
  measure: ({ samples, progress }) =>
    withNx(FILES, async (workspace, nx) => {
      // No broker is up: a hit needs none.
      await timedNode([workspace.command, 'run', 'empty'], { cwd: workspace.folder });
      const lines = [];
      for (const [what, mode] of Object.entries(MODES)) {
        progress(what);
        const taken = await alternate({
          samples,
          floor: () => nx(mode, 'run', 'empty:floor'),
          ours: () => nx(mode, 'run', 'empty:spin', '--step=nothing'),
          progress,
        });
        lines.push(line({ what, taken, goal: GOAL }));
      }
      return lines;
    }),
};
