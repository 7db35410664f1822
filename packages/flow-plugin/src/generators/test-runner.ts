/** Which test runner the workspace has, where a flow's test would be. */
import { posix } from 'node:path';
import { readJson, type Tree } from '@nx/devkit';

export type TestRunner = 'jest' | 'vitest' | 'none';

const CONFIG = { jest: /^jest\.config\.[cm]?(js|ts|json)$/, vitest: /^vitest\.(config|workspace)\./ };
const RUNNERS = ['jest', 'vitest'] as const;

interface Manifest {
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

/** The nearest folder upward decides: by a configuration of its own, else by what its package.json installs. */
export function testRunnerOf(tree: Tree, folder: string): TestRunner {
  for (let at = folder; ; at = posix.dirname(at)) {
    const files = tree.children(at);
    const configured = RUNNERS.find((runner) => files.some((file) => CONFIG[runner].test(file)));
    const installed = RUNNERS.find((runner) => installs(tree, posix.join(at, 'package.json'), runner));
    const found = configured ?? installed;
    if (found !== undefined) return found;
    if (at === '.') return 'none';
  }
}

function installs(tree: Tree, file: string, runner: string): boolean {
  if (!tree.exists(file)) return false;
  const { dependencies, devDependencies } = readJson<Manifest>(tree, file);
  return runner in { ...dependencies, ...devDependencies };
}
