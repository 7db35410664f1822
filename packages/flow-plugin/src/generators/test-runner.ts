/** Finds the test runner for the folder of a flow's test. */
import { posix } from 'node:path';
import { readJson, type Tree } from '@nx/devkit';

export type TestRunner = 'jest' | 'vitest' | 'none';

const CONFIG = { jest: /^jest\.config\.[cm]?(js|ts|json)$/, vitest: /^vitest\.(config|workspace)\./ };
const RUNNERS = ['jest', 'vitest'] as const;

interface Manifest {
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  jest?: object;
}

/** The nearest folder upward decides, by its configuration file or else by the packages in its package.json. */
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

/** The runner's configuration for a folder: the nearest upward. */
export function configOf(
  tree: Tree,
  folder: string,
  runner: Exclude<TestRunner, 'none'>,
): string | undefined {
  for (let at = folder; ; at = posix.dirname(at)) {
    const file = tree.children(at).find((name) => CONFIG[runner].test(name));
    if (file !== undefined) return posix.join(at, file);
    const manifest = posix.join(at, 'package.json');
    if (runner === 'jest' && tree.exists(manifest) && readJson<Manifest>(tree, manifest).jest)
      return manifest;
    if (at === '.') return undefined;
  }
}

function installs(tree: Tree, file: string, runner: string): boolean {
  if (!tree.exists(file)) return false;
  const { dependencies, devDependencies } = readJson<Manifest>(tree, file);
  return runner in { ...dependencies, ...devDependencies };
}
