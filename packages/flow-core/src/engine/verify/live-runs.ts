/** Whether runs go on in a store, also in a damaged one. */
import { FlowError } from '../../definition/errors';
import { fromJson } from '../../store/json';
import { openStore } from '../../store/open';
import { keys } from '../../store/row-keys';
import type { RunRow } from '../../store/rows';
import { inspected } from './inspected';

/** @param folder of the store. @throws FlowError FLOW_STORE_IN_USE */
export async function requireNoRuns(folder: string): Promise<void> {
  const store = openStore(folder);
  try {
    for await (const [, value] of inspected(store.kv, () => {}, keys.allRuns())) {
      const row = statusOf(value) === 'running' ? (fromJson<RunRow>(value) as RunRow) : undefined;
      const now = row && (await store.run(row.flow, row.run));
      if (now?.status !== 'running') continue;
      throw new FlowError(
        'FLOW_STORE_IN_USE',
        `The run ${now.flow}/${now.run} goes on (process ${now.pid} on ${now.host}), and a repair needs the store ${folder} for itself: wait for its end, and do it again. Nothing was changed.`,
      );
    }
  } finally {
    await store.close();
  }
}

function statusOf(value: Uint8Array | undefined): string | undefined {
  try {
    return fromJson<RunRow>(value)?.status;
  } catch {
    return undefined;
  }
}
