/**
 * Keeps tsx from loading esbuild before it has something to compile. What it has compiled before is in its cache on the disk,
 * and to load esbuild takes longer than to read a flow from there.
 */
import Module, { createRequire } from 'node:module';
import { resolve } from 'node:path';

const cache = (Module as unknown as { _cache: Record<string, NodeModule | undefined> })._cache;

/** @param load loads tsx, from the file that it is given */
export function withLazyEsbuild<T>(load: (api: string) => T): T {
  const api = require.resolve('tsx/cjs/api');
  const requireInTsx = createRequire(besideOthers(api));
  let file: string;
  let version: string;
  try {
    file = requireInTsx.resolve('esbuild');
    ({ version } = requireInTsx('esbuild/package.json'));
  } catch {
    return load(api);
  }
  if (cache[file]) return load(api);
  const standIn = new Module(file);
  standIn.loaded = true;
  standIn.exports = new Proxy(
    {},
    // Its version is part of the names in the cache.
    { get: (_, name) => (name === 'version' ? version : requireInTsx('esbuild')[name]) },
  );
  cache[file] = standIn;
  try {
    return load(api);
  } finally {
    // Whoever else asks for it gets esbuild itself.
    delete cache[file];
  }
}

/** In the folder of tsx's own files, one of which asks for esbuild: Node remembers by the folder what it found. */
const besideOthers = (api: string) => resolve(api, '../../../index.cjs');

/** Loads esbuild, and starts its process, before there is something to compile: that takes longer than most files. */
export function warmEsbuild(): void {
  const requireInTsx = createRequire(require.resolve('tsx/cjs/api'));
  requireInTsx('esbuild').transformSync('', { loader: 'ts' });
}
