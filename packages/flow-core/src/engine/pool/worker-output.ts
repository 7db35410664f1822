/** What tasks print in a worker, in pieces: one message for what is printed quickly, and none waits for long. */

import type { TaskName } from '../task/task';

/** The longest that a step which never yields is silent. Milliseconds. */
const SILENT_MS = 10;

/** Characters of the longest piece. */
const PIECE = 64 * 1024;

export interface Piece extends TaskName {
  stream: 'stdout' | 'stderr';
  text: string;
}

export class WorkerOutput {
  readonly #send: (piece: Piece) => void;
  #pending: Piece | undefined;
  #sentAt = 0;

  constructor(send: (piece: Piece) => void) {
    this.#send = send;
  }

  add({ step, task }: TaskName, stream: 'stdout' | 'stderr', text: string): void {
    if (text === '') return;
    if (this.#pending && (this.#pending.stream !== stream || this.#pending.task !== task)) this.flush();
    if (this.#pending) this.#pending.text += text;
    else {
      this.#pending = { step, task, stream, text };
      setImmediate(() => this.flush());
    }
    if (performance.now() - this.#sentAt > SILENT_MS || this.#pending.text.length > PIECE) this.flush();
  }

  flush(): void {
    const piece = this.#pending;
    if (!piece) return;
    this.#pending = undefined;
    this.#sentAt = performance.now();
    this.#send(piece);
  }
}
