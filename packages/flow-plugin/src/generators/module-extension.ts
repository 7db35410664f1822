/** The ending of a relative import: none, or `.js` when TypeScript requires it. */
import { posix } from 'node:path';
import { readJson, type Tree } from '@nx/devkit';

interface Tsconfig {
  compilerOptions?: { module?: string; moduleResolution?: string };
}

/** `.js` in a package of ES modules with Node's module resolution, as in Nx's newer workspaces. */
export function moduleExtension(tree: Tree, folder: string): '' | '.js' {
  return isModule(tree, folder) && resolvesAsNode(tree) ? '.js' : '';
}

function isModule(tree: Tree, folder: string): boolean {
  for (let at = folder; ; at = posix.dirname(at)) {
    const manifest = posix.join(at, 'package.json');
    if (tree.exists(manifest)) return readJson<{ type?: string }>(tree, manifest).type === 'module';
    if (at === '.') return false;
  }
}

function resolvesAsNode(tree: Tree): boolean {
  const file = ['tsconfig.base.json', 'tsconfig.json'].find((name) => tree.exists(name));
  if (file === undefined) return false;
  const { module, moduleResolution } = readJson<Tsconfig>(tree, file).compilerOptions ?? {};
  return /^node(\d\d|next)$/i.test(moduleResolution ?? module ?? '');
}
