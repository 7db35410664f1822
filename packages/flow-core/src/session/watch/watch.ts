/**
 * Spins one step whenever a file changes that it depends on. This process only watches and shows: each spin is executed by a
 * process of its own, which was made ready before.
 */
import { statSync } from 'node:fs';
import type { FlowEvent, SpinDone } from '../../engine/task/flow-event';
import { OrphanGuard } from '../../process/orphan-guard';
import { WatchedCode, type WatchedPlace } from './code';
import { Folders } from './folders';
import type { SpareSetup } from './protocol';
import { Spare, type SpareEnd } from './spare';

/** How long a burst of changes may last: editors write a file in several steps. Milliseconds. */
export const DEBOUNCE_MS = 40;

export interface Spun {
  /** Counts spins from 1. */
  n: number;
  changed: readonly string[];
  /** From the change of the file, or the key, to the result. Milliseconds. */
  latencyMs: number;
  /** Undefined where the command was refused, or its process died. */
  done?: SpinDone;
  end: SpareEnd;
}

export interface WatchListener {
  /** Everything is watched, and the first spin is about to begin. */
  ready(): void;
  /** A spin begins. */
  begins(n: number, changed: readonly string[]): void;
  event(event: FlowEvent): void;
  printed(text: string): void;
  spun(spun: Spun): void;
  /** The step sees nothing of what changed. */
  unchanged(files: readonly string[]): void;
  broken(error: { code: string; message: string }): void;
  /** A spin under way was ended: what it executes is of yesterday. */
  stopped(n: number): void;
  columns(): number;
}

export interface WatchOptions {
  place: WatchedPlace;
  setup: SpareSetup;
  /** The folder of the flow's file: its declared inputs are named from there. */
  folder: string;
  listener: WatchListener;
}

export class Watch {
  readonly #options: WatchOptions;
  readonly #code: WatchedCode;
  readonly #folders: Folders;
  readonly #guard = new OrphanGuard();
  readonly #changed = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #spare: Spare | undefined;
  #running: { spare: Spare; n: number } | undefined;
  #count = 0;
  #broken = false;
  #closed = false;
  /** Looks follow each other. */
  #turn: Promise<void> = Promise.resolve();

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#code = new WatchedCode(options.place);
    this.#folders = new Folders((path) => this.#note(path));
    this.#spare = this.#next();
  }

  /** Spins for the first time. */
  begin(): Promise<void> {
    return this.#inTurn(() => this.#look([], Date.now(), true));
  }

  /** Spins again, whatever has changed. */
  again(): Promise<void> {
    return this.#inTurn(() => this.#look([], Date.now(), true));
  }

  /** Resolves when nothing of it is left. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#folders.close();
    await Promise.all([this.#spare?.kill(), this.#running?.spare.kill()]);
    this.#guard.close();
  }

  #next(): Spare {
    return new Spare(this.#options.setup, this.#guard);
  }

  #note(path: string): void {
    this.#changed.add(path);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const files = [...this.#changed];
      this.#changed.clear();
      void this.#inTurn(() => this.#look(files, newest(files), false));
    }, DEBOUNCE_MS);
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    this.#turn = this.#turn.then(() => (this.#closed ? undefined : work()));
    return this.#turn;
  }

  /** @param since when the files changed @param always spin also where the step sees nothing else */
  async #look(files: readonly string[], since: number, always: boolean): Promise<void> {
    const { listener } = this.#options;
    const look = this.#code.look();
    this.#folders.watch(this.#code.files, this.#code.data);
    if ('broken' in look) {
      this.#broken = true;
      const { broken } = look;
      listener.broken(typeof broken === 'string' ? { code: 'FLOW_STEP_NOT_FOUND', message: broken } : broken);
      return;
    }
    if (this.#count === 0) listener.ready();
    const known = new Set(this.#code.files);
    const read = files.filter((file) => !known.has(file) && this.#code.dataChanged(file));
    const changed = [...look.changed, ...read.map((file) => `the file ${file} changed`)];
    if (changed.length === 0 && !always && !this.#broken) {
      listener.unchanged(files);
      return;
    }
    this.#broken = false;
    look.accept?.();
    await this.#stop();
    this.#start(changed, since);
  }

  /** What is executed now sees what was. */
  async #stop(): Promise<void> {
    const running = this.#running;
    if (!running) return;
    this.#running = undefined;
    await running.spare.kill();
    this.#options.listener.stopped(running.n);
  }

  #start(changed: readonly string[], since: number): void {
    const { listener } = this.#options;
    const spare = this.#spare ?? this.#next();
    this.#spare = undefined;
    const n = ++this.#count;
    this.#running = { spare, n };
    listener.begins(n, changed);
    let done: SpinDone | undefined;
    const mine = () => this.#running?.n === n && !this.#closed;
    const ended = spare.go(listener.columns(), {
      event(event) {
        if (!mine()) return;
        if (event.type === 'spin-done') done = event;
        listener.event(event);
      },
      printed: (text) => void (mine() && listener.printed(text)),
      ended: (end) => {
        if (!mine()) return;
        listener.spun({ n, changed, latencyMs: Date.now() - since, end, ...(done ? { done } : {}) });
      },
    });
    void ended.then(() => {
      if (mine()) this.#running = undefined;
      // Not before: it would take the time of the one that is waited for.
      if (!this.#closed) this.#spare ??= this.#next();
    });
  }
}

/** When the newest of them changed; now where none is there. Milliseconds since 1970. */
function newest(files: readonly string[]): number {
  const times = files.flatMap((file) => {
    try {
      return [statSync(file).mtimeMs];
    } catch {
      return [];
    }
  });
  const now = Date.now();
  return times.length === 0 ? now : Math.min(now, Math.max(...times));
}
