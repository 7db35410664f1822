/** What a relative import ends with: nothing, or `.js` where TypeScript asks for it. */
import { posix } from 'node:path';
import { readJson, type Tree } from '@nx/devkit';

interface Tsconfig {
  compilerOptions?: { module?: string; moduleResolution?: string };
}

/** In a package of ES modules, with Node's own way to resolve them. Nx's newer workspaces are so. */
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
