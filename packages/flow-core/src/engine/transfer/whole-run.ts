/** Whether all that a store has of a run is whole: an import that finds the run there relies on it. */
import { FlowError, isFlowError } from '../../definition/errors';
import type { RunRow } from '../../store/rows';
import type { Store } from '../../store/store';
import { exportRun } from './export';

/**
 * Reads what an export of it would hold, with the bytes of its large values, and its output.
 * @throws FlowError FLOW_STORE_CORRUPT, FLOW_INTERRUPTED
 */
export async function requireWholeRun(
  store: Store,
  run: RunRow,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (run.status === 'running') return;
  const sink = { write: async () => {} };
  try {
    await exportRun({ store, run, sink, logs: false, ...(signal ? { signal } : {}) });
    for await (const _ of store.logs(run.flow, run.run));
  } catch (error) {
    if (!isFlowError(error) || error.code !== 'FLOW_STORE_CORRUPT') throw error;
    const message = `${run.flow}/${run.run} is here already, but the store has lost some of it. Give nx-flow verify --repair --read-data, and then import the file again. Nothing was changed.`;
    throw new FlowError('FLOW_STORE_CORRUPT', message, { exit: 1, cause: error });
  }
}
