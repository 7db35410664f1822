/** Installs the packages of a lock file into a folder that has it, with the settings of a workspace. */
import { rm } from 'node:fs/promises';
import { settingsOf } from './install';
import { npmCiIn } from './npm';

export interface CiOptions {
  /** Whether packages may execute scripts while they are installed. */
  scripts: boolean;
  /** Its `.npmrc` says where packages come from, and whether they execute scripts. */
  workspace: string;
  signal?: AbortSignal;
}

/**
 * @param folder has a package.json and a package-lock.json
 * @throws FlowError FLOW_PACKAGES with npm's own last lines, FLOW_INTERRUPTED
 */
export async function npmCi(folder: string, { workspace, ...options }: CiOptions): Promise<void> {
  const settings = settingsOf(workspace, folder);
  try {
    await npmCiIn(folder, options);
  } finally {
    if (settings !== undefined) await rm(settings, { force: true });
  }
}
