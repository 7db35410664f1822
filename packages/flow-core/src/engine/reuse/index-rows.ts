/** Writes the index by which `run --reuse` finds finished tasks: one row for each step of a run, however many tasks it has. */
import { record } from '../../store/rows/records';
import type { RunRow } from '../../store/rows/rows';
import type { Store } from '../../store/store';
import type { StepKey } from './step-keys';

export interface Indexed extends Pick<RunRow, 'flow' | 'run' | 'namespace' | 'reuse'> {
  keys: ReadonlyMap<string, StepKey>;
  /** As in `ReuseRow`. */
  until: number;
}

/** A later call takes the place of an earlier one. */
export async function writeReuseRows(store: Store, { keys, until, reuse, ...run }: Indexed): Promise<void> {
  const reused = reuse ? ({ reused: true } as const) : {};
  const ops = [...keys].flatMap(([step, { digest, of, never }]) =>
    never === undefined ? [record.reuse(run, step, digest, { of, until, ...reused })] : [],
  );
  // Not synced: what is lost of an index is executed again.
  if (ops.length > 0) await store.kv.batch(ops);
}
