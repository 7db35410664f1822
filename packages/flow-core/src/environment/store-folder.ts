/** The folder of the store: in the workspace, unless another is named. */
import { join, resolve } from 'node:path';

/** The store's folder: `--store`, `NX_FLOW_STORE`, or `.flow` in the workspace. Relative ones count from `cwd`. */
export function storeFolder(workspace: string, cwd: string, option?: string): string {
  const chosen = namedStore(option);
  return chosen === undefined ? join(workspace, '.flow') : resolve(cwd, chosen);
}

/** The store that the user named. Undefined means the one in the workspace. */
export function namedStore(option?: string): string | undefined {
  return option ?? (process.env.NX_FLOW_STORE || undefined);
}
