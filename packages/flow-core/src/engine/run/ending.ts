/** How a run ends: its status, and the error that it ends with. */
import { FlowError } from '../../definition/errors';
import type { ErrorRecord, Status } from '../../store/rows';
import { toRecord } from '../task/error-record';

export interface Ending {
  status: Status;
  error?: ErrorRecord;
}

/**
 * @param error the first failure
 * @param ended the step `end` is done
 * @param until the steps to execute, unless it is all of them
 */
export function endingOf(
  error: ErrorRecord | undefined,
  ended: boolean,
  until: ReadonlySet<string> | undefined,
): Ending {
  if (error) return { status: 'failed', error };
  if (ended || until) return { status: until && !until.has('end') ? 'stopped' : 'done' };
  const message =
    'The run came to a halt before its end, though no task failed: this is a defect of nx-flow.';
  return { status: 'failed', error: toRecord(new FlowError('FLOW_STALLED', message, { exit: 1 })) };
}
