/** Reads the rows of cards: the HTML files that tasks showed, and their parts of those that they had together. */
import { scan } from '../kv/kv';
import { keys, prefixRange } from '../kv/row-keys';
import type { CardRow, PartRow } from './card-row';
import { Tally } from './contents';
import { fromJson, noRow } from './json';
import { type Runs, requireWholeRun } from './whole';

/** Rows in one page: each may hold megabytes. */
const PAGE = 8;

/** The same of parts, which are small. */
const PARTS = 32;

/** Where a card stands in its run. */
export interface CardPlace {
  step: string;
  task: number;
  attempt: number;
  id: string;
}

export type Card = CardPlace & CardRow;

/**
 * The cards of a run, a step or a task, by their keys.
 * @param whole that all are wanted: of a run that was removed, some may be there still. Of a task alone it cannot be told
 * @throws FlowError FLOW_STORE_CORRUPT where some are gone, or one is none of its kind
 */
export async function* cardsOf(
  store: Runs,
  flow: string,
  run: number,
  step?: string,
  task?: number,
  whole = task === undefined,
): AsyncGenerator<Card, void, undefined> {
  const range = prefixRange(keys.cards(flow, run, step, task));
  const tally = new Tally();
  for await (const [key, value] of scan(store.kv, range, PAGE)) {
    tally.add(key, value);
    const row = fromJson<CardRow>(value) as CardRow;
    if (typeof row.html !== 'string') throw noRow();
    yield { ...cardPlace(key), ...row };
  }
  if (whole) await requireWholeRun(store, 'card', { flow, run, step }, range, tally);
}

export type Part = CardPlace & PartRow;

/**
 * The parts of shared cards, of a run or a step, by their keys: of a task that was tried again, each attempt's.
 * @param whole that all are wanted: of a run that was removed, some may be there still
 * @throws FlowError FLOW_STORE_CORRUPT where some are gone, or one is none of its kind
 */
export async function* partsOf(
  store: Runs,
  flow: string,
  run: number,
  step?: string,
  whole = true,
): AsyncGenerator<Part, void, undefined> {
  const range = prefixRange(keys.parts(flow, run, step));
  const tally = new Tally();
  for await (const [key, value] of scan(store.kv, range, PARTS)) {
    tally.add(key, value);
    const part = { ...cardPlace(key), ...(fromJson<PartRow>(value) as PartRow) };
    // They are put together: each has to be what it should be. Few runs have any.
    const { isPartRow } = await import('./row-shapes');
    if (!isPartRow(part)) throw noRow();
    yield part;
  }
  if (whole) await requireWholeRun(store, 'part', { flow, run, step }, range, tally);
}

/** Where the card or the part with this key stands. */
export function cardPlace(key: string): CardPlace {
  const [, , , step = '', task, attempt, id = ''] = key.split('/');
  return { step, task: Number(task), attempt: Number(attempt), id };
}
