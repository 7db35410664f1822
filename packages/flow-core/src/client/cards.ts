/** What a task showed, and what the tasks of a step showed together. */
import { sharedCards } from '../engine/cards/shared-cards';
import { isOthers } from '../engine/record/others';
import { cardsOfTask } from '../engine/record/read-cards';
import type { CardRow } from '../store/rows/card-row';
import type { TaskRow } from '../store/rows/rows';
import type { Scope } from './scope';
import type { TaskCard } from './types';

export async function cardsShown(
  { store, row: run }: Scope,
  row: TaskRow,
  attempt: number,
): Promise<TaskCard[]> {
  const cards = (await cardsOfTask(store, run, row)).filter((card) => card.attempt === attempt);
  const imported = cards.length > 0 && (await isOthers(store, run, row.step, row.task));
  return cards.map((card) => asCard(card, imported));
}

export async function cardsOfStep({ store, row }: Scope, step: string): Promise<TaskCard[]> {
  const cards = await sharedCards(store, row, step);
  const imported = cards.length > 0 && (await isOthers(store, row, step));
  return cards.map((card) => asCard(card, imported));
}

function asCard({ id, title, html }: CardRow & { id: string }, imported: boolean): TaskCard {
  return { id, title, bytes: Buffer.byteLength(html), imported, html: () => html };
}
