/** The policy of `flow.json` works by itself, after a run: once a day, on the runs of the user alone, and never in CI. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseDuration } from '../definition/duration';
import { thousands } from '../definition/thousands';
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
  const [{ timesOf, steadyNow }, { planRemoval }, { removeRuns }] = await Promise.all([
    import('../engine/housekeeping/clock'),
    import('../engine/housekeeping/plan'),
    import('../engine/housekeeping/remove'),
  ]);
  const going = async (at: number) => {
    const judged = await planRemoval(store, { policy, namespace: ownNamespace(user), now: at });
    return judged.flatMap(({ row, kept }) => (kept === undefined ? [row] : []));
  };
  const keep = parseDuration(policy.keep);
  const steady = keep === undefined || due === 'show' ? now : steadyNow(await timesOf(store), keep, now);
  const rows = await going(steady);
  const spared = steady === now ? 0 : (await going(now)).length - rows.length;
  const { unfinished, ...known } = acceptance;
  const looked = { ...known, last: policyDigest(policy), at: now };
  writeAcceptance(place.store, looked);
  if (due === 'show')
    return rows.length === 0
      ? undefined
      : `The retention of flow.json is new: nx-flow gc would remove ${count(rows.length)}. Run it once to accept this policy; --dry-run says which.`;
  const told: string[] = [];
  if (rows.length > 0 || unfinished) {
    const until = performance.now() + MOST_MS;
    const { runs, later } = await removeRuns(store, rows, { by: user, at: now, all: true, until });
    if (later > 0) writeAcceptance(place.store, { ...looked, unfinished: true });
    if (runs.length > 0)
      told.push(
        `As flow.json says, ${count(runs.length)} ${runs.length === 1 ? 'was' : 'were'} removed: ${named(runs)}.`,
      );
    if (later > 0)
      told.push(
        `The room of ${count(later)} that ${later === 1 ? 'was' : 'were'} removed comes back after the next run, or with nx-flow gc.`,
      );
  }
  if (spared > 0)
    told.push(
      `By the clock, nothing ran for ${count(Math.floor((now - steady) / DAY_MS), 'day')} before this one, so it may be wrong: ${count(spared)} that flow.json lets go after ${policy.keep} stayed. If it is right, nx-flow gc removes ${spared === 1 ? 'it' : 'them'}.`,
    );
  return told.length === 0 ? undefined : told.join(' ');
}

/** How long records of removed runs are cleared after a run, which waits for it. Milliseconds. */
const MOST_MS = 2000;

const DAY_MS = 24 * 60 * 60 * 1000;

const count = (n: number, what = 'run') => `${thousands(n)} ${what}${n === 1 ? '' : 's'}`;

/** How many runs a sentence names. */
const NAMED = 5;

function named(runs: readonly string[]): string {
  const more = runs.length - NAMED;
  return `${runs.slice(0, NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
