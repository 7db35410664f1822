/** The policy of `flow.json` works by itself, after a run: once a day, on the runs of the user alone, and never in CI. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { inCi } from '../environment/in-ci';
import { ownNamespace } from '../environment/user';
import type { FileSession } from './session';

/** Removes what an accepted policy lets go. Returns the sentence that a person is told; undefined where nothing was done. */
export async function retain(
  session: Pick<FileSession, 'place' | 'store' | 'user' | 'workspace'>,
  now = Date.now(),
): Promise<string | undefined> {
  // Most workspaces have none, and load nothing for it.
  if (inCi() || !existsSync(join(session.workspace, 'flow.json'))) return undefined;
  try {
    return await follow(session, now);
  } catch (error) {
    // The run stands, whatever becomes of older ones.
    return `The retention of flow.json was not followed: ${(error as Error).message}`;
  }
}

async function follow(
  { place, store, user, workspace }: Parameters<typeof retain>[0],
  now: number,
): Promise<string | undefined> {
  const [{ declaredPolicy, policyDigest, removes }, { dueNow, readAcceptance, writeAcceptance }] =
    await Promise.all([import('../engine/housekeeping/policy'), import('../engine/housekeeping/accepted')]);
  const policy = declaredPolicy(workspace);
  if (!policy || !removes(policy)) return undefined;
  const acceptance = readAcceptance(place.store);
  const due = dueNow(acceptance, policy, now);
  if (due === undefined) return undefined;
  const [{ planRemoval }, { removeRuns }] = await Promise.all([
    import('../engine/housekeeping/plan'),
    import('../engine/housekeeping/remove'),
  ]);
  const judged = await planRemoval(store, { policy, namespace: ownNamespace(user), now });
  const rows = judged.flatMap(({ row, kept }) => (kept === undefined ? [row] : []));
  writeAcceptance(place.store, { ...acceptance, last: policyDigest(policy), at: now });
  if (rows.length === 0) return undefined;
  const runs = `${rows.length} ${rows.length === 1 ? 'run' : 'runs'}`;
  if (due === 'show')
    return `The retention of flow.json is new: nx-flow gc would remove ${runs}. Run it once to accept this policy; --dry-run says which.`;
  const removed = await removeRuns(store, rows, { by: user, at: now, all: true });
  const count = removed.runs.length;
  return `As flow.json says, ${count} ${count === 1 ? 'run was' : 'runs were'} removed: ${named(removed.runs)}.`;
}

/** How many runs a sentence names. */
const NAMED = 5;

function named(runs: readonly string[]): string {
  const more = runs.length - NAMED;
  return `${runs.slice(0, NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
