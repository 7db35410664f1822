/** What a task showed as HTML files, as they are kept. A card that cannot be rendered becomes one that says so. */
import type { CardDocument } from '../../card/document';
import { renderCard } from '../../card/render';
import type { TaskCard } from '../../definition/step-cards';
import type { CardRow } from '../../store/rows/card-row';

/** A card as it is kept. */
export interface KeptCard extends CardRow {
  id: string;
}

/** Bytes of a card that are kept. */
const MOST = 8 * 1024 * 1024;

/** @param hide takes secrets out of what is shown, and of the file that it becomes: markup may have held one apart */
export function renderCards(cards: readonly TaskCard[], hide: Hide = hidesNothing): KeptCard[] {
  const taken = new Set<string>();
  return cards.map(({ id, document }) => {
    const shown = hide(document);
    const html = hide(rendered(shown));
    return { id: shownId(id, hide, taken), ...titleOf(shown), html };
  });
}

/** An id is a part of the key, of a file's name, and of what is printed. Those of one task stay apart. */
export function shownId(id: string, hide: Hide, taken: Set<string>): string {
  let shown = hide(id) === id ? id : 'hidden';
  for (let n = 2; taken.has(shown); n++) shown = `hidden-${n}`;
  taken.add(shown);
  return shown;
}

/** Gives plain data without secrets. */
export type Hide = <T>(data: T) => T;
const hidesNothing: Hide = (data) => data;

function rendered(document: CardDocument): string {
  let why: string;
  try {
    const html = renderCard(document);
    const bytes = Buffer.byteLength(html);
    if (bytes <= MOST) return html;
    why = `It has ${megabytes(bytes)} MB, and a card has at most ${megabytes(MOST)} MB: show less, such as fewer rows, or smaller images.`;
  } catch (error) {
    why = String((error as Error)?.message ?? error);
  }
  const title = 'This card cannot be shown';
  return renderCard({ version: 1, ...titleOf(document), blocks: [{ type: 'error', title, text: why }] });
}

function titleOf(document: CardDocument): { title?: string } {
  return typeof document.title === 'string' ? { title: document.title } : {};
}

const megabytes = (bytes: number) =>
  (bytes / 1024 / 1024).toFixed(bytes > MOST && bytes < MOST * 1.1 ? 2 : 0);
