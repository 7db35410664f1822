/**
 * Tells what cards show while they change: at a change, at most once in a while, and after the last one. A step that never yields
 * is heard too, since a change looks at the clock itself.
 */
import type { TaskCard } from '../../definition/step-cards';
import { type After, after } from '../../process/after';

/** The first look comes a little later: a quick task adds all that it shows, and its end tells it. Milliseconds. */
const FIRST_MS = 20;

/** Between two looks. Milliseconds. */
const INTERVAL_MS = 200;

/** Characters of a document that is looked at less often, and how often. */
const [LARGE, LARGE_INTERVAL_MS] = [1_000_000, 2_000];

interface Told {
  /** When it may be told again, by the clock. */
  next: number;
  timer?: After;
}

export class LiveCards {
  readonly #look: (id: string) => TaskCard | undefined;
  readonly #show: (card: TaskCard) => void;
  readonly #told = new Map<string, Told>();
  #ended = false;

  constructor(look: (id: string) => TaskCard | undefined, show: (card: TaskCard) => void) {
    this.#look = look;
    this.#show = show;
  }

  changed(id: string): void {
    if (this.#ended) return;
    let told = this.#told.get(id);
    if (!told) {
      told = { next: performance.now() + FIRST_MS };
      this.#told.set(id, told);
    }
    const wait = told.next - performance.now();
    if (wait <= 0) this.#tell(id, told);
    else told.timer ??= after(wait, () => this.#tell(id, told)).unref();
  }

  /** Tells nothing any more. */
  end(): void {
    this.#ended = true;
    for (const { timer } of this.#told.values()) timer?.cancel();
  }

  #tell(id: string, told: Told): void {
    if (this.#ended) return;
    told.timer?.cancel();
    delete told.timer;
    const card = this.#look(id);
    if (!card) return;
    const size = JSON.stringify(card.document).length;
    told.next = performance.now() + (size > LARGE ? LARGE_INTERVAL_MS : INTERVAL_MS);
    this.#show(card);
  }
}
