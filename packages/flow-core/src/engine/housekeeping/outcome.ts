/** What a removal came to that found no room on the disk: a run is removed as soon as its tombstone is written. */

import { FlowError, isFlowError } from '../../definition/errors';
import { thousands } from '../../definition/thousands';
import { AGAIN } from '../../store/folder/no-room';
import type { RunRow } from '../../store/rows/rows';
import type { Store } from '../../store/store';

/** FLOW_STORE_FULL with the runs that are removed, and those that are not; any other error as it is. */
export async function withOutcome(store: Store, rows: readonly RunRow[], error: unknown): Promise<unknown> {
  if (!isFlowError(error) || error.code !== 'FLOW_STORE_FULL') return error;
  const removed: string[] = [];
  const others: string[] = [];
  for (const { flow, run } of rows)
    ((await store.removed(flow, run)) ? removed : others).push(`${flow}/${run}`);
  const gone =
    removed.length === 0
      ? ''
      : ` ${list(removed)} ${removed.length === 1 ? 'is' : 'are'} removed; the room comes back with the next nx-flow gc.`;
  const stay =
    others.length > 0 ? ` ${list(others)} ${others.length === 1 ? 'is' : 'are'} kept: do it again.` : '';
  // Of what earlier ones left, gc said that it would go.
  const message = error.message.replace(
    AGAIN,
    `.${gone}${stay || (gone ? '' : ' Then give nx-flow gc again.')}`,
  );
  return new FlowError(error.code, message, { exit: error.exit, cause: error.cause });
}

/** How many names a sentence has. */
const NAMED = 5;

function list(runs: readonly string[]): string {
  const more = runs.length - NAMED;
  return `${runs.slice(0, NAMED).join(', ')}${more > 0 ? ` and ${thousands(more)} more` : ''}`;
}
