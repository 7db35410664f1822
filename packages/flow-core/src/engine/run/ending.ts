/** How a run ends: its status, and the error that it ends with. */
import { FlowError, isFlowError } from '../../definition/errors';
import type { ErrorRecord, RunRow, Status } from '../../store/rows/rows';
import type { Store } from '../../store/store';
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

/**
 * A run whose end found no room. What is kept for that is given up for its last row.
 * @param last records it
 * @returns the error, with what the run counts as and how it goes on; any other error as it is
 */
export async function unrecordedEnd(
  error: unknown,
  store: Store,
  { flow, run }: RunRow,
  last: (error: ErrorRecord) => Promise<void>,
): Promise<unknown> {
  if (!isFlowError(error) || error.code !== 'FLOW_STORE_FULL') return error;
  store.kv.giveUpReserve?.();
  const began = await store.unpinnedRun(flow, run).catch(() => undefined);
  if (!began) return error;
  const isRecorded = await last(toRecord(error)).then(
    () => true,
    () => false,
  );
  const more = `${flow}/${run} ${isRecorded ? 'is recorded as failed' : 'counts as killed'}: with room, nx-flow resume ${flow} executes what is missing.`;
  return new FlowError(error.code, `${error.message} ${more}`, { exit: error.exit, cause: error.cause });
}
