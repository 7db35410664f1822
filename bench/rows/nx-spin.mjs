/** `nx spin` of a step that does nothing, through Nx: without a daemon, and with a warm one. */
import { alternate, line, timedNode } from '../lib/measure.mjs';
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
  goal: `≤ ${GOAL} ×`,
  measure: ({ samples, progress }) =>
    withNx(FILES, async (workspace, nx) => {
      await timedNode([workspace.command, 'run', 'empty'], { cwd: workspace.folder });
      await workspace.holdBroker();
      const lines = [];
      for (const [what, mode] of Object.entries(MODES)) {
        progress(what);
        const taken = await alternate({
          samples,
          // The cache is another row: here, both execute.
          floor: () => nx(mode, 'run', 'empty:floor', '--skip-nx-cache'),
          ours: () => nx(mode, 'run', 'empty:spin', '--step=nothing', '--skip-nx-cache'),
          progress,
        });
        lines.push(line({ what, taken, goal: GOAL }));
      }
      return lines;
    }),
};
