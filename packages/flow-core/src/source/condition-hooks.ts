/** The hook that gives `import` custom conditions, in the thread that Node has for hooks. Loaded by its file. */
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Conditioned } from './conditioned';
import { isOutsidePackages } from './packages/names';

export interface ConditionData {
  id: number;
  /** Which set of conditions is in use, 0 for none. */
  inUse: Int32Array;
  conditions: readonly string[];
  /** This package's own folder. */
  engine: string;
}
interface Context {
  parentURL?: string | undefined;
}
type Resolved = { url: string };
type Next = (specifier: string, context: Context) => Resolved | Promise<Resolved>;

const sets = new Map<number, { engine: string; resolver: Conditioned }>();
let inUse: Int32Array | undefined;

export function initialize({ id, conditions, engine, ...data }: ConditionData): void {
  sets.set(id, { engine, resolver: new Conditioned(conditions) });
  inUse = data.inUse;
}

export async function resolve(specifier: string, context: Context, next: Next): Promise<Resolved> {
  const set = sets.get(inUse ? Atomics.load(inUse, 0) : 0);
  const { parentURL } = context;
  if (!set || parentURL?.startsWith('file:') !== true) return next(specifier, context);
  const importer = fileURLToPath(parentURL);
  const found = isOutsidePackages(importer, set.engine)
    ? set.resolver.resolve(specifier, importer, 'import')
    : undefined;
  return next(found === undefined ? specifier : pathToFileURL(found).href, context);
}
