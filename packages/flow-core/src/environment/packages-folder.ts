/** The folder of the npm packages of steps, each set in a folder of its own. */
import { join } from 'node:path';

export function packagesFolder(workspace: string): string {
  return join(workspace, '.flow', 'env');
}
