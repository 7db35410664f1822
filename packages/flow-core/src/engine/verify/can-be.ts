/** Whether a record with a wrong checksum can have been there: its key may be what is damaged. */
import { keys } from '../../store/kv/row-keys';
import type { RunRow } from '../../store/rows/rows';
import type { RunName } from './problem';

/**
 * @param newest the newest number of each counter
 * @param rowOf the row of a run, where that is whole
 */
export function canBe(
  key: string,
  newest: ReadonlyMap<string, number>,
  rowOf: (run: RunName) => RunRow | undefined,
): boolean {
  const [kind, flow = '', run, step] = key.split('/');
  const number = Number(run);
  if (!(number >= 1 && number <= (newest.get(keys.counter(flow)) ?? 0))) return false;
  const row = rowOf(`${flow}/${number}`);
  if (!row || step === undefined || kind === 'tag' || keys.isParam(key)) return true;
  return row.steps.some(({ name }) => name === step);
}
