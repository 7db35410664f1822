/** What a task showed. */
import { cardsOfTask } from '../engine/record/read-cards';
import type { TaskRow } from '../store/rows/rows';
import type { Scope } from './scope';
import type { TaskCard } from './types';

export async function cardsShown(
  { store, row: run }: Scope,
  row: TaskRow,
  attempt: number,
): Promise<TaskCard[]> {
  return (await cardsOfTask(store, run, row))
    .filter((card) => card.attempt === attempt)
    .map(({ id, title, html }) => ({ id, title, bytes: Buffer.byteLength(html), html: () => html }));
}
