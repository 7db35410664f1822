/** The cards of one task: the one that its step has as `card`, and others by their ids. */
import { type CardOptions, createCard, type OpenCard } from '../card/card';
import type { CardDocument } from '../card/document';
import { type CardPart, createPart, type OpenPart, type SharedOptions } from '../card/part';
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

/** What the task shows in a card that all tasks of its step have together. */
export interface TaskPart {
  id: string;
  part: CardPart;
}

/** What a task shows: a card of its own, or its part of one. */
export type TaskShown = TaskCard | TaskPart;

export interface StepCardsOptions extends Pick<CardOptions, 'now' | 'readFile'> {
  /** Called at each change of a card. */
  onChange?(id: string): void;
}

export class StepCards {
  readonly #options: StepCardsOptions;
  readonly #cards = new Map<string, OpenCard>();
  readonly #parts = new Map<string, OpenPart>();
  readonly card: StepCard;

  constructor(options: StepCardsOptions) {
    this.#options = options;
    // Its own methods, so that they can be taken out: `({ card: { add } }) => …`.
    this.card = Object.assign(this.#of(OWN_CARD), {
      of: (id: string) => this.#of(requireId('of', id)),
      shared: (id: string, options?: SharedOptions) => this.#shared(requireId('shared', id), options),
    });
    // For a step that prints its context.
    Object.defineProperty(this.card, Symbol.for('nodejs.util.inspect.custom'), { value: () => 'card' });
  }

  /** What each of them shows now. Throws nothing. */
  shown(): TaskShown[] {
    return [...this.#cards.keys(), ...this.#parts.keys()].flatMap((id) => this.look(id) ?? []);
  }

  /** Undefined for one that nothing was done with: to look at `card` makes none. */
  look(id: string): TaskShown | undefined {
    const [card, part] = [this.#cards.get(id), this.#parts.get(id)];
    if (card?.used) return { id, document: card.toDocument() };
    return part?.used ? { id, part: part.toPart() } : undefined;
  }

  /** Hears no change any more. */
  close(): void {
    for (const card of [...this.#cards.values(), ...this.#parts.values()]) card.close();
  }

  #of(id: string): OpenCard {
    const known = this.#cards.get(id);
    if (known) return known;
    this.#requireFree('of', id, this.#parts);
    const card = createCard(this.#optionsOf(id));
    this.#cards.set(id, card);
    return card;
  }

  #shared(id: string, options: SharedOptions | undefined): OpenPart {
    const known = this.#parts.get(id);
    if (known) return known;
    this.#requireFree('shared', id, this.#cards);
    const part = createPart(this.#optionsOf(id), options);
    this.#parts.set(id, part);
    return part;
  }

  #optionsOf(id: string): CardOptions {
    const { onChange, ...host } = this.#options;
    return onChange ? { ...host, onChange: () => onChange(id) } : host;
  }

  /** The files of both kinds lie in one folder. @throws FlowError FLOW_CARD_ID */
  #requireFree(method: 'of' | 'shared', id: string, others: ReadonlyMap<string, unknown>): void {
    const why = others.has(id)
      ? `card.${method}("${id}"): the task has ${id === OWN_CARD ? 'its own card' : `card.${method === 'of' ? 'shared' : 'of'}("${id}")`} by this id. Take another one.`
      : this.#cards.size + this.#parts.size >= MOST
        ? `A task has at most ${MOST} cards, and "${id}" is one more.`
        : undefined;
    if (why !== undefined) throw new FlowError('FLOW_CARD_ID', why, { exit: 1 });
  }
}

/** @throws FlowError FLOW_CARD_ID */
function requireId(method: string, id: unknown): string {
  if (typeof id === 'string' && isCardId(id)) return id;
  const what = typeof id === 'string' ? JSON.stringify(id.slice(0, 80)) : typeof id;
  const message = `card.${method}(${what}): the id of a card is 1 to 50 letters, digits, "-" and "_", such as card.${method}('metrics').`;
  throw new FlowError('FLOW_CARD_ID', message, { exit: 1 });
}

export function isCardId(id: string): boolean {
  return /^[A-Za-z0-9_-]{1,50}$/.test(id);
}
