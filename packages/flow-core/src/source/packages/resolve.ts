/** Makes `require` and `import` of the user's code find a step's own packages, in this process. */
import Module from 'node:module';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { packageFile } from '../../environment/package-root';
import type { HookData } from './hooks';
import type { Installed } from './install';
import { anchorOf, isOutsidePackages, packageOf } from './names';

interface Internals {
  _load(request: string, parent: Parent, isMain?: boolean): unknown;
  _resolveFilename(request: string, parent: Parent, isMain?: boolean, options?: object): string;
  _nodeModulePaths(from: string): string[];
}
type Parent = { id?: string; filename?: string | null; paths?: string[] } | null | undefined;

let current: Installed | undefined;

/** Shared with the thread of ES module hooks: which set is in use, 0 for none. */
const inUse = new Int32Array(new SharedArrayBuffer(4));
const known = new Map<string, number>();
let patched = false;

/** Makes imports find these packages until the returned function is called. One set at a time. */
export function usePackages(installed: Installed): () => void {
  if (!patched) patchRequire(Module as unknown as Internals);
  patched = true;
  let id = known.get(installed.folder);
  if (id === undefined) {
    id = known.size + 1;
    known.set(installed.folder, id);
    hookImports(id, installed);
  }
  const before = [current, Atomics.exchange(inUse, 0, id)] as const;
  current = installed;
  return () => {
    current = before[0];
    Atomics.store(inUse, 0, before[1]);
  };
}

function hookImports(id: number, { folder, names }: Installed): void {
  const data: HookData = {
    id,
    inUse,
    names,
    anchor: pathToFileURL(anchorOf(folder)).href,
    engine: packageFile(''),
  };
  Module.register(pathToFileURL(packageFile('dist/packages-hooks.js')), { data });
}

function patchRequire(internals: Internals): void {
  const { _load, _resolveFilename } = internals;
  const anchor = (folder: string): Parent => {
    const filename = anchorOf(folder);
    return { id: filename, filename, paths: internals._nodeModulePaths(dirname(filename)) };
  };
  const answers = (request: string, parent: Parent): Installed | undefined => {
    if (!current || typeof request !== 'string' || !current.names.includes(packageOf(request) ?? ''))
      return undefined;
    return isOutsidePackages(parent?.filename, packageFile('')) ? current : undefined;
  };
  // Node caches what a name means in a folder, so it gets the file's path instead.
  internals._load = function load(request, parent, isMain) {
    const set = answers(request, parent);
    const wanted = set ? internals._resolveFilename(request, anchor(set.folder), false) : request;
    return _load.call(this, wanted, parent, isMain);
  };
  internals._resolveFilename = function resolveFilename(request, parent, isMain, options) {
    const set = options === undefined || !('paths' in options) ? answers(request, parent) : undefined;
    return _resolveFilename.call(this, request, set ? anchor(set.folder) : parent, isMain, options);
  };
}
