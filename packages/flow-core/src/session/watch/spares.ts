/** Keeps one process ready for the next spin. */
import { OrphanGuard } from '../../process/orphan-guard';
import { configsNow } from './configs';
import type { SpareSetup } from './protocol';
import { type Findings, SPARE, Spare, type SpareOptions } from './spare';

/** How long to wait before another one is started in the place of one that died while it loaded. Milliseconds. */
const AGAIN_MS = 1000;

export class Spares {
  readonly #setup: SpareSetup;
  readonly #options: SpareOptions;
  readonly #guard = new OrphanGuard();
  readonly #findings: Findings = { verified: [] };
  #next: Spare | undefined;
  /** What the next one has read of tsconfig files, or older. */
  #configs = '';
  readonly #alive = new Set<Spare>();
  #again: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(setup: SpareSetup, options = SPARE) {
    this.#setup = setup;
    this.#options = options;
  }

  /** One that has executed nothing: ready, where there was time. The caller has it alone. */
  take(): Spare {
    const next = this.#next;
    this.#next = undefined;
    if (!next || next.isOver) return this.#start();
    if (this.#configs === configsNow(this.#setup.workspace)) return next;
    void next.kill();
    return this.#start();
  }

  /** Starts the next one, unless there is one. */
  refill(): void {
    clearTimeout(this.#again);
    if (this.#closed || (this.#next && !this.#next.isOver)) return;
    const later = (ms: number) => {
      if (!this.#closed) this.#again = setTimeout(() => this.refill(), ms);
    };
    try {
      this.#configs = configsNow(this.#setup.workspace);
      const spare = this.#start();
      this.#next = spare;
      void spare.ended.then(() => {
        if (this.#next !== spare) return;
        this.#next = undefined;
        // What keeps it from loading may go on.
        later(spare.isReady ? 0 : AGAIN_MS);
      });
    } catch {
      // There is no room for another process, for now.
      later(AGAIN_MS);
    }
  }

  /** Resolves when no process of it is left. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#again);
    await Promise.all([...this.#alive].map((spare) => spare.kill()));
    this.#guard.close();
  }

  #start(): Spare {
    const spare = new Spare(this.#setup, {
      ...this.#options,
      guard: this.#guard,
      findings: this.#findings,
    });
    this.#alive.add(spare);
    void spare.ended.then(() => this.#alive.delete(spare));
    return spare;
  }
}
