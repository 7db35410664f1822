/** `nx spin` of a step that does nothing, through Nx: without a daemon, and with a warm one. */
import { execFileSync } from 'node:child_process';
import { alternate, line, timedNode } from '../lib/measure.mjs';
import { withWorkspace } from '../lib/workspace.mjs';
import { FLOW } from './spin.mjs';

const GOAL = 1.2;

const json = (value) => `${JSON.stringify(value, null, 2)}\n`;
const FILES = {
  'package.json': json({ name: 'bench', private: true }),
  // As in any workspace: else the daemon takes each spin's outputs for sources, and works through the next measurement.
  '.gitignore': 'node_modules\ndist\n.flow\n.nx\n',
  'nx.json': json({ analytics: false, neverConnectToCloud: true, plugins: ['@nx-flow/plugin'] }),
  'empty/empty.flow.ts': FLOW,
  'empty/project.json': json({
    name: 'empty',
    targets: { floor: { executor: './noop:noop', cache: false } },
  }),
  // The floor: what Nx itself takes, with the same plugins and the same files.
  'noop/package.json': json({ name: 'noop', private: true, executors: './executors.json' }),
  'noop/executors.json': json({
    executors: { noop: { implementation: './noop.js', schema: './schema.json' } },
  }),
  'noop/schema.json': json({ $schema: 'https://json-schema.org/schema', type: 'object', properties: {} }),
  'noop/noop.js': 'module.exports = async () => ({ success: true });\n',
};

const MODES = {
  'no daemon, plugins not isolated': { NX_DAEMON: 'false', NX_ISOLATE_PLUGINS: 'false' },
  'warm daemon': { NX_DAEMON: 'true' },
};

export default {
  name: 'nx-spin',
  what: '`nx spin`, step that does nothing',
  floor: 'an executor that returns at once, same workspace',
  goal: `≤ ${GOAL} ×`,
  measure: ({ samples, progress }) =>
    withWorkspace(FILES, async (workspace) => {
      const cwd = workspace.folder;
      // Not the caches and daemons of other workspaces.
      const apart = {
        NX_CACHE_DIRECTORY: workspace.path('.nx/cache'),
        NX_WORKSPACE_DATA_DIRECTORY: workspace.path('.nx/workspace-data'),
        NX_NO_CLOUD: 'true',
        NX_TUI: 'false',
      };
      workspace.undo.push(() =>
        execFileSync(process.execPath, [workspace.nx, 'daemon', '--stop'], {
          cwd,
          env: { ...process.env, ...apart, NX_DAEMON: 'true' },
          stdio: 'ignore',
        }),
      );
      await timedNode([workspace.command, 'run', 'empty'], { cwd });
      await workspace.holdBroker();
      const lines = [];
      for (const [what, mode] of Object.entries(MODES)) {
        progress(what);
        const nx =
          (...args) =>
          async () => {
            // The cache is another row: here, both execute.
            const argv = [workspace.nx, 'run', ...args, '--skip-nx-cache'];
            return (await timedNode(argv, { cwd, env: { ...apart, ...mode } })).ms;
          };
        const taken = await alternate({
          samples,
          floor: nx('empty:floor'),
          ours: nx('empty:spin', '--step=nothing'),
          progress,
        });
        lines.push(line({ what, taken, goal: GOAL }));
      }
      return lines;
    }),
};
