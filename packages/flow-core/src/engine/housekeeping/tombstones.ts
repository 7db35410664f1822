/** Takes runs out of the store in one batch: from then on, every command says that they were removed. Their records go later. */

import { namesAfter, type Op, scan } from '../../store/kv/kv';
import { keys, lastNumber, prefixRange } from '../../store/kv/row-keys';
import { fromJson } from '../../store/rows/json';
import type { RemovedRow } from '../../store/rows/missing-rows';
import type { RunRow } from '../../store/rows/rows';
import { withTwin } from '../../store/rows/twins';
import type { Store } from '../../store/store';
import type { RunNumber } from './in-use';

export interface Remover {
  by: string;
  /** Milliseconds since 1970. */
  at: number;
}

/** Runs of one batch. */
const GROUP = 500;

/** Killed runs that are taken together. */
const AT_ONCE = 64;

/**
 * Puts tombstones in the place of the rows of runs that have ended.
 * @returns those of them that were removed: one whose process may still go on is not
 */
export async function entomb(store: Store, rows: readonly RunRow[], { by, at }: Remover): Promise<RunRow[]> {
  const ended: RunRow[] = [];
  for (let i = 0; i < rows.length; i += AT_ONCE) {
    const some = rows.slice(i, i + AT_ONCE);
    const taken = await Promise.all(some.map((row) => row.status !== 'killed' || store.takeKilled(row)));
    ended.push(...some.filter((row, n) => row.status !== 'running' && taken[n]));
  }
  const nonces = await noncesOf(store, ended);
  for (let i = 0; i < ended.length; i += GROUP) {
    const ops = ended.slice(i, i + GROUP).flatMap(({ flow, run, namespace }): Op[] => [
      tombstone({ flow, run }, { at, by, left: true }),
      ...withTwin({ key: keys.run(flow, run), value: undefined }),
      ...withTwin({ key: keys.inNamespace(flow, namespace, run), value: undefined }),
      // Without them, a run that is imported again gets a number of its own.
      ...(nonces.get(`${flow}/${run}`) ?? []).map((key): Op => ({ key, value: undefined })),
    ]);
    await store.commit(ops);
  }
  return ended;
}

export function tombstone({ flow, run }: RunNumber, row: RemovedRow): Op {
  return { key: keys.removed(flow, run), value: JSON.stringify(row) };
}

/** The keys by which a number was taken, by run. */
async function noncesOf(store: Store, rows: readonly RunRow[]): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  for (const flow of new Set(rows.map((row) => row.flow))) {
    const numbers = new Set(rows.filter((row) => row.flow === flow).map(({ run }) => run));
    for await (const [key, value] of scan(store.kv, prefixRange(keys.nonces(flow)))) {
      const run = Number(Buffer.from(value).toString('latin1'));
      if (numbers.has(run)) found.set(`${flow}/${run}`, [...(found.get(`${flow}/${run}`) ?? []), key]);
    }
  }
  return found;
}

export interface Left extends RunNumber, RemovedRow {}

/** The removed runs of which some records are still there, by flow. */
export async function leftOfRemoved(store: Store): Promise<Map<string, Left[]>> {
  const found = new Map<string, Left[]>();
  for await (const flow of namesAfter(store.kv, keys.allRemoved(), (name) => keys.removedRuns(name))) {
    const left: Left[] = [];
    for await (const [key, value] of scan(store.kv, prefixRange(keys.removedRuns(flow)))) {
      const row = fromJson<RemovedRow>(value) as RemovedRow;
      if (row.left) left.push({ flow, run: lastNumber(key), ...row });
    }
    if (left.length > 0) found.set(flow, left);
  }
  return found;
}
