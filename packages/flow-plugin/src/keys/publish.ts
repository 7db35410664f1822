/** Publishes what the hashes of flows must contain. Nx calls it before every task command, before hashing. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { lastSources } from '../graph/sources';
import { KEYS, PUBLISHED_AT, UNPUBLISHED } from '../nx/published-files';
import { publishFingerprints } from './fingerprints';
import { publishSpins } from './spins';

/** The type of Nx's hook, since 20.4. Nx does not export it. */
type PreTasksExecution = (
  options: unknown,
  context: { workspaceRoot: string; argv: string[] },
) => Promise<void>;

export const preTasksExecution: PreTasksExecution = async (_options, { workspaceRoot, argv }) => {
  try {
    const sources = lastSources(workspaceRoot);
    if (sources.length === 0) return;
    const codes = await publishFingerprints(sources, workspaceRoot, argv);
    await publishSpins(sources, workspaceRoot, argv, codes);
    delete process.env[UNPUBLISHED];
    process.env[PUBLISHED_AT] = String(Date.now());
  } catch (error) {
    // An error in flows must not stop other tasks. Earlier published files must not be used.
    process.stderr.write(
      `nx-flow: ${await sentence(error, workspaceRoot)}. Spins are executed, not replayed.\n`,
    );
    // Nx passes a plugin's changes of its environment to the process that hashes.
    process.env[UNPUBLISHED] = randomUUID();
  }
};

/** Says what is wrong with the folder of keys or the store, and what to do. The error names only one file of it. */
async function sentence(error: unknown, workspace: string): Promise<string> {
  const { code, path, message } = error as NodeJS.ErrnoException;
  const folder = [KEYS, '.flow'].map((name) => join(workspace, name)).find((name) => path?.startsWith(name));
  if (path === undefined || folder === undefined) return message;
  const { remedy } = await import('@nx-flow/core/keys');
  const what = remedy(code, path);
  return what === undefined ? message : `The folder ${folder} cannot be written (${code}): ${what}`;
}
