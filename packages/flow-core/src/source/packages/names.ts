/** Decides which imports a set of packages answers, both in the process and in its thread of ES module hooks. */
import { join, sep } from 'node:path';

/** `@scope/name` of `@scope/name/sub`, `name` of `name/sub`; undefined for what is no package. */
export function packageOf(request: string): string | undefined {
  return request.match(/^(@[^/\\]+\/[^/\\]+|[^@./\\:#][^/\\:]*)(\/|$)/)?.[1];
}

/**
 * Whether a file is in no package, nor in this one. Only such files see a step's packages: packages see those that they were
 * installed with.
 * @param engine this package's own folder, which may be outside any node_modules
 */
export function isOutsidePackages(file: string | null | undefined, engine: string): file is string {
  return typeof file === 'string' && !/[\\/]node_modules[\\/]/.test(file) && !file.startsWith(engine + sep);
}

/** A file that does not exist, from which packages are resolved. In node_modules no tsconfig applies to it. */
export function anchorOf(folder: string): string {
  return join(folder, 'node_modules', 'step.js');
}
