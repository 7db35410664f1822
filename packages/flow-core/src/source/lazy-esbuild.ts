/**
 * Keeps tsx from loading esbuild before it has something to compile. What it has compiled before is in its cache on the disk,
 * and to load esbuild takes longer than to read a flow from there.
 */
import Module, { createRequire } from 'node:module';

const cache = (Module as unknown as { _cache: Record<string, NodeModule | undefined> })._cache;

/** @param load loads tsx */
export function withLazyEsbuild<T>(load: () => T): T {
  const requireInTsx = createRequire(require.resolve('tsx/cjs/api'));
  let file: string;
  let version: string;
  try {
    file = requireInTsx.resolve('esbuild');
    ({ version } = requireInTsx('esbuild/package.json'));
  } catch {
    return load();
  }
  if (cache[file]) return load();
  const standIn = new Module(file);
  standIn.loaded = true;
  standIn.exports = new Proxy(
    {},
    // Its version is part of the names in the cache.
    { get: (_, name) => (name === 'version' ? version : requireInTsx('esbuild')[name]) },
  );
  cache[file] = standIn;
  try {
    return load();
  } finally {
    // Whoever else asks for it gets esbuild itself.
    delete cache[file];
  }
}

/** Loads esbuild, and starts its process, before there is something to compile: that takes longer than most files. */
export function warmEsbuild(): void {
  const requireInTsx = createRequire(require.resolve('tsx/cjs/api'));
  requireInTsx('esbuild').transformSync('', { loader: 'ts' });
}
