/** The cards of a task where it is executed: made when its step asks for one, told while they change, and once more at its end. */
import type { StepCards, TaskCard, TaskPart, TaskShown } from '../../definition/step-cards';
import type { StepCard } from '../../definition/types';
import type { LiveCards } from './live-cards';

export class CardsOfTask {
  readonly #show: ((shown: TaskShown) => void) | undefined;
  #cards: StepCards | undefined;
  #live: LiveCards<TaskShown> | undefined;

  /** @param show hears what a card shows, now and then while it changes */
  constructor(show?: (shown: TaskShown) => void) {
    this.#show = show;
  }

  /** What the step has as `card`. */
  get card(): StepCard {
    this.#cards ??= this.#open();
    return this.#cards.card;
  }

  /** What they show now. Call when the body has ended: what it changes still is not told. */
  end(): { cards?: TaskCard[]; parts?: TaskPart[] } {
    if (!this.#cards) return {};
    this.#live?.end();
    const shown = this.#cards.shown();
    this.#cards.close();
    const parts = shown.filter((one): one is TaskPart => 'part' in one);
    const cards = shown.filter((one): one is TaskCard => !('part' in one));
    return { ...(cards.length > 0 ? { cards } : {}), ...(parts.length > 0 ? { parts } : {}) };
  }

  /** A task that shows nothing loads nothing of it. */
  #open(): StepCards {
    const { StepCards } =
      require('../../definition/step-cards') as typeof import('../../definition/step-cards');
    const cards = new StepCards({
      now: Date.now,
      readFile,
      onChange: (id) => this.#live?.changed(id),
    });
    if (this.#show) {
      const { LiveCards } = require('./live-cards') as typeof import('./live-cards');
      this.#live = new LiveCards((id) => cards.look(id), this.#show);
    }
    return cards;
  }
}

/** For an artifact that `file()` made, which a card shows as an image. */
function readFile(path: string): Uint8Array {
  const { readFileSync } = require('node:fs') as typeof import('node:fs');
  return readFileSync(path);
}
