/** Which imports a set of packages answers. The same in the process and in its thread of ES module hooks. */
import { join, sep } from 'node:path';

/** `@scope/name` of `@scope/name/sub`, `name` of `name/sub`; undefined for what is no package. */
export function packageOf(request: string): string | undefined {
  return request.match(/^(@[^/\\]+\/[^/\\]+|[^@./\\:#][^/\\:]*)(\/|$)/)?.[1];
}

/**
 * Only what the user wrote sees a step's packages: packages see those that they were installed with.
 * @param engine This package's own folder, which may lie outside of any node_modules.
 */
export function isUsers(file: string | null | undefined, engine: string): file is string {
  return typeof file === 'string' && !/[\\/]node_modules[\\/]/.test(file) && !file.startsWith(engine + sep);
}

/** A file that is not there, and from where the packages are found. Inside node_modules: no tsconfig speaks of it. */
export function anchorOf(folder: string): string {
  return join(folder, 'node_modules', 'step.js');
}
