/** What a store must have, since a row of it says so, and has not. It is never skipped: a value would be gone unseen. */
import { FlowError } from '../../definition/errors';

/**
 * FLOW_STORE_CORRUPT
 * @param what a pathspec, as a row refers to it: `movies/12/train/3/loss`
 * @param needed what refers to it
 */
export function lost(what: string, needed?: string): FlowError {
  const by = needed === undefined ? '' : `, which ${needed} needs`;
  return new FlowError('FLOW_STORE_CORRUPT', `The store has lost ${what}${by}.`, { exit: 1 });
}
