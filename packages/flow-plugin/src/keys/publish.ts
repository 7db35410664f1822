/** Publishes what the hashes of flows must hold. Nx calls it before every task command, before any task is hashed. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { lastSources } from '../graph/sources';
import { PUBLISHED_AT, UNPUBLISHED } from '../nx/published-files';
import { publishFingerprints } from './fingerprints';
import { publishSpins } from './spins';

/** The hook as Nx has it since 20.4; it does not export the type. */
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
    // Whatever is wrong with flows must not stop the tasks of others. What lies there from before must not be believed.
    process.stderr.write(
      `nx-flow: ${await sentence(error, workspaceRoot)}. Spins are executed, not replayed.\n`,
    );
    // Nx hands what a plugin changes in its environment to the process that hashes.
    process.env[UNPUBLISHED] = randomUUID();
  }
};

/** What is wrong with `.flow`, and what to do: the file of one flow that was to be written first tells neither. */
async function sentence(error: unknown, workspace: string): Promise<string> {
  const { code, path, message } = error as NodeJS.ErrnoException;
  const folder = join(workspace, '.flow');
  if (!path?.startsWith(folder)) return message;
  const { remedy } = await import('@nx-flow/core/keys');
  const what = remedy(code, path);
  return what === undefined ? message : `The folder ${folder} cannot be written (${code}): ${what}`;
}
