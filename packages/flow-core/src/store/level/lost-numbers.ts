/** Runs whose numbers were acknowledged, and that the database does not know any more: whoever asks for one hears that it is lost. */
import type { Level } from 'level';
import { isSealed, sealed, unsealed } from '../kv/checksum';
import { keys } from '../kv/row-keys';
import type { LostRow } from '../rows/missing-rows';
import { acknowledgedNumbers } from './acknowledged';

/** Beyond so many runs of a flow, no more are named. */
const LARGEST = 10_000;

/**
 * Call when a database of this format was opened. Marks the lost runs, so that they are told until a repair.
 * @param note called before, with their names: `movies/12`
 */
export async function markLostRuns(
  db: Level<string, Uint8Array>,
  store: string,
  note: (runs: string[]) => void,
): Promise<void> {
  const counters = [...acknowledgedNumbers(store)];
  if (counters.length === 0) return;
  // What cannot be read is told elsewhere.
  const found = await db.getMany(counters.map(([counter]) => counter)).catch(() => undefined);
  if (!found) return;
  const lost = counters.map(([counter, number], i) => ({
    counter,
    number,
    last: numberIn(counter, found[i]),
  }));
  const lower = lost.filter(({ number, last }) => last < number);
  if (lower.length === 0) return;
  const taken = lower.flatMap(({ counter, number, last }) =>
    numbers(Math.max(last, number - LARGEST), number).map((run) => ({ flow: flowOf(counter), run })),
  );
  // The counter alone may be lost.
  const there = await db.getMany(
    taken.flatMap(({ flow, run }) => [keys.run(flow, run), keys.removed(flow, run)]),
  );
  const runs = taken.filter((_, i) => !there[2 * i] && !there[2 * i + 1]);
  if (runs.length > 0) note(runs.map(({ flow, run }) => `${flow}/${run}`));
  const row = JSON.stringify({ at: Date.now(), unrepaired: true } satisfies LostRow);
  const marks = runs.map(({ flow, run }) => [keys.lost(keys.run(flow, run)), row] as const);
  const known = lower.map(({ counter, number }) => [counter, String(number)] as const);
  await db.batch(
    [...marks, ...known].map(([key, value]) => ({ type: 'put', key, value: sealed(key, value) })),
    { sync: true },
  );
}

/** A damaged one is told elsewhere. */
function numberIn(counter: string, value: Uint8Array | undefined): number {
  if (value === undefined) return 0;
  if (!isSealed(counter, value)) return Number.POSITIVE_INFINITY;
  return Number(new TextDecoder().decode(unsealed(counter, value)));
}

const numbers = (after: number, last: number) =>
  Array.from({ length: last - after }, (_, i) => after + 1 + i);
const flowOf = (counter: string) => counter.slice(counter.indexOf('/') + 1);
