/** The cards of one task: the one that its step has as `card`, and others by their ids. */
import { type CardOptions, createCard, type OpenCard } from '../card/card';
import type { CardDocument } from '../card/document';
import { FlowError } from './errors';
import type { StepCard } from './types';

/** The id of the card that a step has as `card`. */
export const OWN_CARD = 'default';

/** Cards of one task. Each is rendered and kept. */
const MOST = 50;

/** What a card shows, with its id. */
export interface TaskCard {
  id: string;
  document: CardDocument;
}

export interface StepCardsOptions extends Pick<CardOptions, 'now' | 'readFile'> {
  /** Called at each change of a card. */
  onChange?(id: string): void;
}

export class StepCards {
  readonly #options: StepCardsOptions;
  readonly #cards = new Map<string, OpenCard>();
  /** Those that something was done with: to look at `card` makes none. */
  readonly #used = new Set<string>();
  readonly card: StepCard;

  constructor(options: StepCardsOptions) {
    this.#options = options;
    // Its own methods, so that they can be taken out: `({ card: { add } }) => …`.
    this.card = Object.assign(this.#of(OWN_CARD), { of: (id: string) => this.#of(requireId(id)) });
    // For a step that prints its context.
    Object.defineProperty(this.card, Symbol.for('nodejs.util.inspect.custom'), { value: () => 'card' });
  }

  /** What each of them shows now. Throws nothing. */
  documents(): TaskCard[] {
    return [...this.#used].flatMap((id) => this.document(id) ?? []);
  }

  /** Undefined for one that was not used. */
  document(id: string): TaskCard | undefined {
    const card = this.#used.has(id) ? this.#cards.get(id) : undefined;
    return card && { id, document: card.toDocument() };
  }

  #of(id: string): OpenCard {
    const known = this.#cards.get(id);
    if (known) return known;
    if (this.#cards.size >= MOST)
      throw new FlowError('FLOW_CARD_ID', `A task has at most ${MOST} cards, and "${id}" is one more.`, {
        exit: 1,
      });
    const { onChange, ...host } = this.#options;
    const card = createCard({
      ...host,
      onChange: () => {
        this.#used.add(id);
        onChange?.(id);
      },
    });
    this.#cards.set(id, card);
    return card;
  }
}

/** @throws FlowError FLOW_CARD_ID */
function requireId(id: unknown): string {
  if (typeof id === 'string' && isCardId(id)) return id;
  const what = typeof id === 'string' ? JSON.stringify(id.slice(0, 80)) : typeof id;
  const message = `card.of(${what}): the id of a card is 1 to 50 letters, digits, "-" and "_", such as card.of('metrics').`;
  throw new FlowError('FLOW_CARD_ID', message, { exit: 1 });
}

export function isCardId(id: string): boolean {
  return /^[A-Za-z0-9_-]{1,50}$/.test(id);
}
