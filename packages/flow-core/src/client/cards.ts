/** What a task showed, and what the tasks of a step showed together. */
import { sharedCards } from '../engine/cards/shared-cards';
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
  return (await cardsOfTask(store, run, row)).filter((card) => card.attempt === attempt).map(asCard);
}

export async function cardsOfStep({ store, row }: Scope, step: string): Promise<TaskCard[]> {
  return (await sharedCards(store, row, step)).map(asCard);
}

function asCard({ id, title, html }: CardRow & { id: string }): TaskCard {
  return { id, title, bytes: Buffer.byteLength(html), html: () => html };
}
