/** Finds files of this package, from the sources as from the build. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

let root: string | undefined;

/** A file of this package, by its path from the package's folder. */
export function packageFile(path: string): string {
  if (root === undefined) {
    root = __dirname;
    while (!existsSync(join(root, 'package.json'))) root = dirname(root);
  }
  return path === '' ? root : join(root, path);
}

export function packageVersion(): string {
  return require(packageFile('package.json')).version;
}
