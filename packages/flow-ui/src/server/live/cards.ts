/** What cards show while their tasks run: the last state of each, until it is recorded. */
import { type CardDocument, renderBlocks } from '@nx-flow/core/ui';
import type { CardShown } from '../../api/messages';

/** Cards that are kept. */
const KEPT = 100;

interface LiveCard {
  task: string | number;
  attempt: number;
  id: string;
  document: CardDocument;
}

export class LiveCards {
  readonly #cards = new Map<string, LiveCard>();

  /** The newest is the last one. */
  take(card: LiveCard): void {
    const key = keyOf(card);
    this.#cards.delete(key);
    this.#cards.set(key, card);
    for (const oldest of this.#cards.keys()) {
      if (this.#cards.size <= KEPT) break;
      this.#cards.delete(oldest);
    }
  }

  find(task: string | number, attempt: number, id: string): CardDocument | undefined {
    return this.#cards.get(keyOf({ task, attempt, id }))?.document;
  }

  /** Those of one task. */
  of(task: string | number): readonly LiveCard[] {
    return [...this.#cards.values()].filter((card) => card.task === task);
  }

  /** The task has ended: what it showed is recorded. */
  ended(task: string | number): void {
    for (const [key, card] of this.#cards) if (card.task === task) this.#cards.delete(key);
  }
}

/** As a page takes it. */
export function cardMessage({ document, ...card }: LiveCard): CardShown {
  const { html, policy } = renderBlocks(document, { live: {} });
  return { type: 'card', ...card, html, policy };
}

const keyOf = ({ task, attempt, id }: Pick<LiveCard, 'task' | 'attempt' | 'id'>) =>
  JSON.stringify([task, attempt, id]);
