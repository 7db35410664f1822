/** Changes of a spin, in memory and to the pages. */
import { type FlowEvent, renderCard, type SpinDone } from '@nx-flow/core/ui';
import { cardMessage, type LiveCards } from '../live/cards';
import { isShown } from '../live/events';
import type { Hub } from '../live/hub';
import type { SpinMemory } from './memory';
import type { Spin } from './spin';

export interface TellerPlace {
  workspace: string;
  hub: Hub;
  cards: LiveCards;
}

export class Teller {
  readonly #place: TellerPlace;
  readonly #memory: SpinMemory;

  constructor(place: TellerPlace, memory: SpinMemory) {
    this.#place = place;
    this.#memory = memory;
  }

  tell({ entry }: Spin): void {
    if (this.#place.hub.isHeard) this.#place.hub.send({ type: 'spin', spin: { ...entry } });
  }

  /** An event of its process. What ends it comes by {@link ended}. */
  happened(spin: Spin, event: FlowEvent): void {
    if (event.type === 'spin-started') {
      spin.began(event);
      this.tell(spin);
    }
    if (event.type === 'task-log') spin.print(event.stream, event.text);
    if (event.type === 'card-updated') this.#showCard(spin, event);
    const { hub } = this.#place;
    if (hub.isHeard && isShown(event))
      hub.send({ type: 'event', work: spin.entry.work, at: Date.now(), event });
  }

  /** What was printed past the events. */
  printed(spin: Spin, text: string): void {
    const { flow, step, index } = spin.entry;
    this.happened(spin, { type: 'task-log', task: { flow, step, index }, stream: 'stderr', text });
  }

  ended(spin: Spin, done: SpinDone): void {
    spin.ended(done, this.#place.workspace, this.#memory.before(spin));
    this.#over(spin);
  }

  /** It was refused, or its process died. */
  failed(spin: Spin, code: string, message: string, durationMs: number): void {
    spin.failed({ name: 'FlowError', code, message }, durationMs);
    this.#over(spin);
  }

  stopped(spin: Spin): void {
    spin.stopped();
    this.#over(spin);
  }

  #over(spin: Spin): void {
    this.#memory.makeRoom();
    const { cards } = this.#place;
    if (!spin.done) {
      spin.showed(
        cards.of(spin.entry.n).map(({ id, document }) => ({
          id,
          ...(typeof document.title === 'string' ? { title: document.title } : {}),
          html: renderCard(document),
        })),
      );
      this.#memory.makeRoom();
    }
    cards.ended(spin.entry.n);
    this.tell(spin);
  }

  #showCard({ entry }: Spin, shown: Extract<FlowEvent, { type: 'card-updated' }>): void {
    const { attempt, id, document } = shown;
    const card = { task: entry.n, attempt, id, document };
    const { cards, hub } = this.#place;
    cards.take(card);
    if (hub.isHeard) hub.send(cardMessage(card));
  }
}
