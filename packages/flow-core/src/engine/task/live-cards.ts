/**
 * Tells what cards show while they change: at a change, at most once in a while, and what they show last. A step that never yields
 * is heard too, since a change looks at the clock itself.
 */
import { type After, after } from '../../process/after';

/** The first look comes a little later: a quick task adds all that it shows, and its end tells it. Milliseconds. */
const FIRST_MS = 20;

/** Between two looks. Milliseconds. */
const INTERVAL_MS = 200;

/** Characters of what is looked at less often, and how often. */
const [LARGE, LARGE_INTERVAL_MS] = [1_000_000, 2_000];

/** To look takes no more than this share of the time. */
const SHARE = 1 / 20;

interface Told {
  /** When it may be told again, by the clock. */
  next: number;
  timer?: After;
  /** Since it was told, or ever. */
  changed: boolean;
  /** Whether it ever was. */
  told: boolean;
}

export class LiveCards<Shown> {
  readonly #look: (id: string) => Shown | undefined;
  readonly #show: (shown: Shown) => void;
  readonly #all = new Map<string, Told>();
  #ended = false;

  constructor(look: (id: string) => Shown | undefined, show: (shown: Shown) => void) {
    this.#look = look;
    this.#show = show;
  }

  changed(id: string): void {
    if (this.#ended) return;
    let told = this.#all.get(id);
    if (!told) {
      told = { next: performance.now() + FIRST_MS, changed: true, told: false };
      this.#all.set(id, told);
    }
    told.changed = true;
    const wait = told.next - performance.now();
    if (wait <= 0) this.#tell(id, told);
    else told.timer ??= after(wait, () => this.#tell(id, told)).unref();
  }

  /** Tells what is other than was told last, and then nothing any more. What was never told is what the end tells. */
  end(): void {
    for (const [id, told] of this.#all) {
      if (told.told && told.changed) this.#tell(id, told);
      told.timer?.cancel();
    }
    this.#ended = true;
  }

  #tell(id: string, told: Told): void {
    if (this.#ended) return;
    told.timer?.cancel();
    delete told.timer;
    const begun = performance.now();
    told.changed = false;
    const shown = this.#look(id);
    if (shown === undefined) return;
    const size = JSON.stringify(shown).length;
    const now = performance.now();
    const interval = size > LARGE ? LARGE_INTERVAL_MS : INTERVAL_MS;
    told.next = now + Math.max(interval, (now - begun) / SHARE);
    told.told = true;
    this.#show(shown);
  }
}
