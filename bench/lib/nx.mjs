/** Workspaces of Nx for the rows that measure through it: in both of its modes, with an executor that does nothing. */
import { execFileSync } from 'node:child_process';
import { timedNode } from './node.mjs';
import { withWorkspace } from './workspace.mjs';

export const json = (value) => `${JSON.stringify(value, null, 2)}\n`;

export const MODES = {
  'no daemon, plugins not isolated': { NX_DAEMON: 'false', NX_ISOLATE_PLUGINS: 'false' },
  'warm daemon': { NX_DAEMON: 'true' },
};

const FILES = {
  'package.json': json({ name: 'bench', private: true }),
  // As in any workspace: else the daemon takes outputs for sources, and works through the next measurement.
  '.gitignore': 'node_modules\ndist\n.flow\n.nx\n',
  'nx.json': json({ analytics: false, neverConnectToCloud: true, plugins: ['@nx-flow/plugin'] }),
  // The floor: what Nx itself takes.
  'noop/package.json': json({ name: 'noop', private: true, executors: './executors.json' }),
  'noop/executors.json': json({
    executors: { noop: { implementation: './noop.js', schema: './schema.json' } },
  }),
  'noop/schema.json': json({ $schema: 'https://json-schema.org/schema', type: 'object', properties: {} }),
  'noop/noop.js': 'module.exports = async () => ({ success: true });\n',
};

/**
 * Gives a workspace to `use`, with a function that runs an Nx command in a mode and gives its milliseconds.
 * @param {import('./build.mjs').Build} build
 * @param {Record<string, string>} files beside those of every such workspace
 * @param {(workspace: Workspace, nx: (mode: object, ...argv: string[]) => Promise<{ ms: number }>) => Promise<T>} use
 * @template T
 */
export function withNx(build, files, use) {
  return withWorkspace(build, { ...FILES, ...files }, (workspace) => {
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
    return use(workspace, (mode, ...argv) =>
      timedNode([workspace.nx, ...argv], { cwd, env: { ...apart, ...mode } }),
    );
  });
}
