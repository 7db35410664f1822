/** Writes the card of the task whose inputs a spin took beside, so that the two can be compared; else one that it shares. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { sharedCards } from '../engine/cards/shared-cards';
import { cardsOfTask } from '../engine/record/read-cards';
import { cardsFolder } from '../environment/output-folders';
import { parsePathspec } from '../store/pathspec';
import type { Session } from './session';

/** @param origin `movies/12/train/3` @returns its path from the workspace's root; undefined where it has no card */
export async function writeOriginCard(
  { store, workspace }: Session,
  origin: string | undefined,
): Promise<string | undefined> {
  const { flow, run, step, task } = origin === undefined ? {} : parsePathspec(origin);
  if (flow === undefined || run === undefined || step === undefined || task === undefined) return undefined;
  try {
    const [runRow, row] = [await store.run(flow, run), await store.task(flow, run, step, task)];
    const cards = runRow && row ? await cardsOfTask(store, runRow, row) : [];
    const own = cards.find(({ attempt }) => attempt === row?.attempt);
    const [shared] = own || !runRow ? [] : await sharedCards(store, runRow, step);
    const card = own ?? shared;
    if (!runRow || !card) return undefined;
    const of = own ? [run, step, task] : [run, step];
    const file = join(cardsFolder(workspace), flow, `${[...of, card.id].join('-')}.html`);
    const { toOpen } = await import('../engine/cards/framed');
    const { html } = await toOpen(card, store, runRow, step, own ? task : undefined);
    writeCardFile(file, html);
    return relative(workspace, file);
  } catch {
    // A spin does not fail for it.
    return undefined;
  }
}

/** What a card shows is for its owner alone. */
export function writeCardFile(file: string, html: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(file, html, { mode: 0o600 });
  chmodSync(file, 0o600);
}
