/** Tags that may be lost without a trace: no record tells of one that was added or removed since a run's start but its own. */
import { type Kv, scan } from '../../store/kv/kv';
import { keys, prefixRange } from '../../store/kv/row-keys';
import type { DamagedRange } from '../../store/salvage/damaged-ranges';
import { ranges } from './missing-runs';
import type { StoreProblem } from './problem';

/**
 * @param kv the new database
 * @param damaged where the old one was damaged
 * @returns one sentence for all runs whose tags would be there; nothing where there are none
 */
export async function doubtfulTags(
  kv: Pick<Kv, 'range'>,
  damaged: readonly DamagedRange[],
): Promise<StoreProblem[]> {
  const numbers = new Map<string, number[]>();
  if (damaged.length === 0) return [];
  for await (const [key] of scan(kv, prefixRange(keys.allRuns()))) {
    const [, flow = '', run] = key.split('/');
    const { gte, lt } = prefixRange(keys.tags(flow, Number(run)));
    if (damaged.some(({ after, last }) => after < lt && last >= gte))
      numbers.set(flow, [...(numbers.get(flow) ?? []), Number(run)]);
  }
  const runs = [...numbers].flatMap(([flow, all]) =>
    ranges(all).map(([first, last]) =>
      first === last ? `${flow}/${first}` : `${flow}/${first} to ${flow}/${last}`,
    ),
  );
  if (runs.length === 0) return [];
  return [
    {
      where: runs.join(', '),
      message:
        'may have lost tags that were added or removed after the start: the store was damaged where they are recorded. See the tags by nx-flow runs, and give them again by nx-flow tag.',
    },
  ];
}
