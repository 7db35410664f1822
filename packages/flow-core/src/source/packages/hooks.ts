/** The hooks for `import`, in the thread that Node has for them. Loaded by its file, by `module.register`. */
import { fileURLToPath } from 'node:url';
import { isOutsidePackages, packageOf } from './names';

export interface HookData {
  id: number;
  /** Which set is in use, 0 for none. */
  inUse: Int32Array;
  names: readonly string[];
  /** URL from where the packages are found. */
  anchor: string;
  /** This package's own folder. */
  engine: string;
}
interface Context {
  parentURL?: string | undefined;
}
type Resolved = { url: string };
type Next = (specifier: string, context: Context) => Resolved | Promise<Resolved>;

/** Marks a module that is imported again because a step's packages changed its imports. */
export const AGAIN = 'nx-flow-packages';

const sets = new Map<number, HookData>();
let inUse: Int32Array | undefined;

export function initialize(data: HookData): void {
  sets.set(data.id, data);
  inUse = data.inUse;
}

export async function resolve(specifier: string, context: Context, next: Next): Promise<Resolved> {
  const set = sets.get(inUse ? Atomics.load(inUse, 0) : 0);
  const { parentURL } = context;
  if (!set || !isUrlOutside(parentURL, set.engine)) return next(specifier, context);
  if (set.names.includes(packageOf(specifier) ?? '')) {
    return next(specifier, { ...context, parentURL: set.anchor });
  }
  const found = await next(specifier, context);
  const again = new URL(parentURL).searchParams.get(AGAIN);
  if (again === null || !isUrlOutside(found.url, set.engine)) return found;
  // A module that is imported again imports its local modules again too.
  const url = new URL(found.url);
  url.searchParams.set(AGAIN, again);
  return { ...found, url: url.href };
}

function isUrlOutside(url: string | undefined, engine: string): url is string {
  return url?.startsWith('file:') === true && isOutsidePackages(fileURLToPath(url), engine);
}
