/** Finds `@nx-flow/ui`: a package of its own, for those who want the page. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { FlowError } from '../definition/errors';
import { packageFile, packageVersion } from '../environment/package-root';

/** What the page is served for. */
export interface PageRequest {
  workspace: string;
  /** The folder of the store. */
  store: string;
  /** The folder in which the command was started. */
  cwd: string;
  /** As commands use it by default. Undefined means all. */
  namespace: string | undefined;
  /** The kept spins of this store are looked at, and not its runs. */
  spins: boolean;
  /** Whether the flow's `.env` files are loaded for what is executed. */
  env: boolean;
  /** Where the page begins. */
  at?: string;
  /** Absent: a fixed one, or the next one that is free. */
  port?: number;
  note(text: string): void;
}

export interface ServedPage {
  /** With the token. */
  url: string;
  /** Resolves when nothing of it is left. */
  close(): Promise<void>;
}

interface UiPackage {
  servePage(request: PageRequest): Promise<ServedPage>;
}

/** From the workspace, or from where this package lies. @throws FlowError FLOW_UI_MISSING, FLOW_UI_VERSION */
export function uiPackage(workspace: string): UiPackage {
  const found = [join(workspace, 'package.json'), packageFile('package.json')].map(createRequire).find(hasUi);
  if (!found) {
    throw new FlowError(
      'FLOW_UI_MISSING',
      'The page is in a package of its own, which is not installed here: npm install --save-dev @nx-flow/ui',
    );
  }
  const { version } = found('@nx-flow/ui/package.json') as { version: string };
  const own = packageVersion();
  if (version !== own) {
    const message = `@nx-flow/ui has the version ${version}, and @nx-flow/core ${own}: both have to be the same. npm install --save-dev @nx-flow/ui@${own}`;
    throw new FlowError('FLOW_UI_VERSION', message);
  }
  return found('@nx-flow/ui') as UiPackage;
}

function hasUi(find: NodeJS.Require): boolean {
  try {
    find.resolve('@nx-flow/ui/package.json');
    return true;
  } catch {
    return false;
  }
}
