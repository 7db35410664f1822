/** Finds the packages of this project that are installed by those who want them: the page, the queue. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { FlowError } from '../definition/errors';
import { packageFile, packageVersion } from '../environment/package-root';

export interface OptionalPackage {
  /** `@nx-flow/ui` */
  name: string;
  /** `The page is` */
  what: string;
  /** The codes of the errors that it is not there, and that it has another version. */
  codes: readonly [missing: string, version: string];
}

/** From the workspace, or from where this package lies. @throws FlowError with one of its codes */
export function optionalPackage(workspace: string, { name, what, codes }: OptionalPackage): unknown {
  const manifest = `${name}/package.json`;
  const found = [join(workspace, 'package.json'), packageFile('package.json')]
    .map((file) => createRequire(file))
    .find((find) => resolves(find, manifest));
  if (!found) {
    const message = `${what} in a package of its own, which is not installed here: npm install --save-dev ${name}`;
    throw new FlowError(codes[0], message);
  }
  const { version } = found(manifest) as { version: string };
  const own = packageVersion();
  if (version !== own) {
    const message = `${name} has the version ${version}, and @nx-flow/core ${own}: both have to be the same. npm install --save-dev ${name}@${own}`;
    throw new FlowError(codes[1], message);
  }
  return found(name);
}

function resolves(find: NodeJS.Require, path: string): boolean {
  try {
    find.resolve(path);
    return true;
  } catch {
    return false;
  }
}
