/** The cards of a run as they are looked at: a task that was taken over shows those of the one that executed. */
import { OWN_CARD } from '../../definition/step-cards';
import { type Card, cardsOf } from '../../store/rows/cards';
import type { RunRow, TaskRow } from '../../store/rows/rows';
import type { Store } from '../../store/store';
import { labelOf, taskOf } from '../task/label';
import { refersToOthers } from './refers';

/** Those of a task, of each of its attempts; its first card is before the others of an attempt. */
export async function cardsOfTask(store: Store, run: RunRow, row: TaskRow): Promise<Card[]> {
  const at = taskOf(run.run, row.origin ?? labelOf(row));
  const cards: Card[] = [];
  for await (const { step, task, ...card } of cardsOf(store, run.flow, at.run, at.step, at.task))
    cards.push({ step: row.step, task: row.task, ...card });
  return cards.sort((a, b) => a.attempt - b.attempt || rank(a) - rank(b));
}

/**
 * Call where a task has no such card: only all cards of its step tell whether it had one.
 * @throws FlowError FLOW_STORE_CORRUPT where some are gone
 */
export async function requireAllCards(store: Store, run: RunRow, row: TaskRow): Promise<void> {
  const at = taskOf(run.run, row.origin ?? labelOf(row));
  if (await store.run(run.flow, at.run)) for await (const _ of cardsOf(store, run.flow, at.run, at.step));
}

/** Those of a run or of a step, task by task. */
export async function* cardsOfRun(
  store: Store,
  run: RunRow,
  step?: string,
): AsyncGenerator<Card, void, undefined> {
  yield* cardsOf(store, run.flow, run.run, step);
  if (!refersToOthers(run)) return;
  for await (const row of store.tasks(run.flow, run.run, step))
    if (row.origin !== undefined) yield* await cardsOfTask(store, run, row);
}

const rank = ({ id }: Card) => (id === OWN_CARD ? 0 : 1);
