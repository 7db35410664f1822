/** The rows of runs, newest first: of a flow, or of a namespace by its index. */

import { type Entry, type Kv, NOTHING, pages, type RangeQuery } from '../kv/kv';
import { keys, lastNumber, prefixRange } from '../kv/row-keys';
import { fromJson } from './json';
import { missing } from './missing';
import type { RunRow } from './rows';

/** Runs that are read at once, at most and at first: most readers want the newest. */
const [RUNS, FEW_RUNS] = [512, 32];

/** @param before only runs with smaller numbers */
export function runEntries(
  kv: Kv,
  flow: string,
  namespace?: string,
  before?: number,
): AsyncGenerator<Entry[], void, undefined> {
  const all = namespace === undefined;
  const range = prefixRange(all ? keys.runs(flow) : keys.namespace(flow, namespace));
  if (before !== undefined)
    range.lt = all ? keys.run(flow, before) : keys.inNamespace(flow, namespace, before);
  const source = all ? missing(kv) : { range: (query: RangeQuery) => runsOfIndex(kv, flow, query) };
  return pages(source, { ...range, reverse: true }, RUNS, FEW_RUNS);
}

async function runsOfIndex(kv: Kv, flow: string, query: RangeQuery): Promise<Entry[]> {
  const index = await missing(kv).range(query);
  const runs = index.map(([key]) => keys.run(flow, lastNumber(key)));
  const rows = await kv.getMany(runs);
  if (rows.includes(undefined)) {
    const { requireNotLost } = await import('./lost-records');
    await requireNotLost(
      kv,
      runs.filter((_, i) => !rows[i]),
    );
  }
  return index.map(([key], i): Entry => [key, rows[i] ?? NOTHING]);
}

/** Parses the rows of runs. Empty ones, which nobody wants, are left out. */
export const runRows = (entries: readonly Entry[]): RunRow[] =>
  entries.flatMap(([, value]) => (value.length > 0 ? [fromJson<RunRow>(value) as RunRow] : []));
