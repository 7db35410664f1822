/** Makes `require` and `import` of the user's code follow the custom conditions of the flow's project. */
import { existsSync, readFileSync } from 'node:fs';
import Module from 'node:module';
import { pathToFileURL } from 'node:url';
import { packageFile } from '../environment/package-root';
import { realPath } from '../environment/real-path';
import type { Conditioned } from './conditioned';
import { customConditions } from './conditions';
import { parseJsonc } from './jsonc';
import { isOutsidePackages } from './packages/names';
import type { ConfigFiles } from './tsconfig';

type Parent = { filename?: string | null; paths?: string[] } | null | undefined;
export type ResolveFilename = (request: string, parent: Parent, isMain?: boolean, options?: object) => string;

/** Undefined when the flow's project has no conditions of its own. */
let resolver: Conditioned | undefined;
let conditions = '';

/** Shared with the thread of hooks: which set is in use, 0 for none. */
const inUse = new Int32Array(new SharedArrayBuffer(4));
const ids = new Map<string, number>();

/**
 * From now on, imports follow the conditions of the project that this file belongs to. Returns whether they changed:
 * then a module that was imported before may have other imports.
 * @param file the flow
 */
export async function useConditionsOf(file: string): Promise<boolean> {
  const root = process.cwd();
  const custom = customConditions(realPath(file), root, new DiskFiles());
  const next = JSON.stringify(custom);
  if (next === (conditions || '[]')) return false;
  const changed = conditions !== '';
  conditions = next;
  if (custom.length === 0) {
    resolver = undefined;
    Atomics.store(inUse, 0, 0);
    return changed;
  }
  const conditioned = await import('./conditioned');
  resolver = new conditioned.Conditioned(custom);
  const id = ids.get(next) ?? ids.size + 1;
  ids.set(next, id);
  Atomics.store(inUse, 0, id);
  return changed;
}

let plain: Conditioned | undefined;

/** Whether `import()` of a package leads to TypeScript, which Node's own loader cannot read. */
export function importsSource(request: string, importer: string): boolean {
  if (resolver) return resolver.isSource(request, importer);
  if (!plain) {
    // Only here, since few flows import a package inside a step.
    const { Conditioned } = require('./conditioned') as typeof import('./conditioned');
    plain = new Conditioned([]);
  }
  return plain.isSource(request, importer);
}

const hooked = new Set<number>();

/** Hooks `import`, too, if there are conditions. Called after other loaders were registered, so it is asked first. */
export function hookConditions(): void {
  const id = Atomics.load(inUse, 0);
  if (id === 0 || hooked.has(id)) return;
  hooked.add(id);
  Module.register(pathToFileURL(packageFile('dist/condition-hooks.js')), {
    data: { id, inUse, conditions: JSON.parse(conditions), engine: packageFile('') },
  });
}

/** Node's way to resolve a `require`, with the conditions where they matter. Other loaders are put over it. */
export function conditioned(before: ResolveFilename): ResolveFilename {
  return function resolveFilename(this: unknown, request, parent, ...rest) {
    const options = rest[1];
    const asked = resolver && typeof request === 'string' && (options === undefined || !('paths' in options));
    const importer = asked ? parent?.filename : undefined;
    const found = isOutsidePackages(importer, packageFile(''))
      ? resolver?.resolve(request, importer, 'require')
      : undefined;
    return found ?? before.call(this, request, parent, ...rest);
  };
}

export class DiskFiles implements ConfigFiles {
  readonly #json = new Map<string, Record<string, unknown> | undefined>();

  has(file: string): boolean {
    return existsSync(file);
  }

  json(file: string): Record<string, unknown> | undefined {
    if (!this.#json.has(file)) this.#json.set(file, parseJsonc(textOf(file)));
    return this.#json.get(file);
  }

  realpath(path: string): string {
    return realPath(path);
  }
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
