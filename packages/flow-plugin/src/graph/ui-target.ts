/** The target of the local page, at the root of the workspace. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { CreateNodesResultArray, TargetConfiguration } from '@nx/devkit';
import type { PluginOptions } from './plugin-options';
import { placesOf } from './projects';

const ROOT = '.';

/**
 * Once, where the page is installed and Nx has a project at the root: to make one there would give it all files that are in no
 * other project.
 */
export function uiNodes(
  flows: readonly string[],
  manifests: readonly string[],
  workspace: string,
  { uiTargetName }: Required<PluginOptions>,
): CreateNodesResultArray {
  const [first] = flows;
  if (first === undefined || !isInstalled(workspace)) return [];
  // Whose a file right in the root would be.
  const root = placesOf(['any.flow.ts'], manifests, workspace).get('any.flow.ts');
  if (root?.root !== ROOT || !root.existing) return [];
  const attempt = `npx nx ${uiTargetName} ${root.name}`;
  const target: TargetConfiguration = {
    executor: 'nx:run-commands',
    continuous: true,
    cache: false,
    options: { command: 'nx-flow ui', cwd: ROOT },
    metadata: {
      description: `Serves the local page of the workspace's flows, until Ctrl-C. Try: ${attempt} --open`,
      scriptContent: attempt,
      help: { command: 'npx nx-flow ui --help', example: { args: ['--open'] } },
    },
  };
  return [[first, { projects: { [ROOT]: { root: ROOT, targets: { [uiTargetName]: target } } } }]];
}

function isInstalled(workspace: string): boolean {
  try {
    createRequire(join(workspace, 'package.json')).resolve('@nx-flow/ui/package.json');
    return true;
  } catch {
    return false;
  }
}
