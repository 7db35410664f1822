/** What removing runs would come to: reads, and changes nothing. */
import type { RunRow } from '../../store/rows/rows';
import type { Store } from '../../store/store';
import { type Needed, neededOf } from '../record/needed';
import { hashesIn, sweepBlobs } from './blobs';
import type { Removed } from './remove';
import { leftOfRemoved } from './tombstones';

/** What `removeRuns` would come to. */
export async function wouldRemove(
  store: Store,
  rows: readonly RunRow[],
  { all = false, ...blobs }: { all?: boolean; newMs?: number } = {},
): Promise<Removed> {
  const going = new Map<string, Set<number>>();
  const left = await leftOfRemoved(store);
  for (const { flow, run } of [...rows, ...[...left.values()].flat()])
    going.set(flow, (going.get(flow) ?? new Set()).add(run));
  const needs = new Map<string, Needed>();
  for (const [flow, runs] of going) needs.set(flow, await neededOf(store, flow, runs, []));
  const isGone = (key: string) => {
    const [, flow = '', run, step = '', task] = key.split('/', 5);
    const at = { run: Number(run), step, task: Number(task) };
    return going.get(flow)?.has(at.run) === true && needs.get(flow)?.has(at) !== true;
  };
  const only = all ? {} : { only: await hashesIn(store.kv, (key) => !isGone(key)) };
  return {
    runs: rows.map(({ flow, run }) => `${flow}/${run}`),
    read: [],
    unsure: [],
    later: 0,
    needed: rows.flatMap(({ flow, run }) => {
      const needed = needs.get(flow);
      const tasks = needed?.count(run) ?? 0;
      const by = needed?.by(run).map((other) => `${flow}/${other}`) ?? [];
      return tasks === 0 ? [] : [{ run: `${flow}/${run}`, tasks, by }];
    }),
    blobs: await sweepBlobs(store, { ...blobs, ...only, dryRun: true, isGone }),
  };
}
