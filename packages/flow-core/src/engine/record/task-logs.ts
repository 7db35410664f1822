/** What tasks print, gathered into rows: a row for each piece of one stream, not for each line. */
import type { Op } from '../../store/kv/kv';
import { record } from '../../store/rows/records';
import type { Journal } from './journal';

/** Longest piece, in characters. */
const PIECE = 64 * 1024;

interface Gathered {
  step: string;
  task: number;
  attempt: number;
  seq: number;
  stream: 'stdout' | 'stderr';
  text: string;
  at: number;
}

export class TaskLogs {
  readonly #flow: string;
  readonly #run: number;
  readonly #journal: Journal;
  readonly #open = new Map<string, Gathered>();

  constructor(flow: string, run: number, journal: Journal) {
    this.#flow = flow;
    this.#run = run;
    this.#journal = journal;
  }

  add(step: string, task: number, attempt: number, stream: 'stdout' | 'stderr', text: string): void {
    const key = `${step}/${task}`;
    let open = this.#open.get(key);
    if (open && (open.stream !== stream || open.text.length > PIECE)) {
      this.#journal.add(...this.#row(open));
      open.stream = stream;
    }
    if (!open) {
      open = { step, task, attempt, seq: 0, stream, text: '', at: Date.now() };
      this.#open.set(key, open);
    }
    if (open.text === '') open.at = Date.now();
    open.text += text;
  }

  /** Writes what has gathered; the tasks go on. */
  flush(): void {
    for (const open of this.#open.values()) this.#journal.add(...this.#row(open));
  }

  /** The last rows of a task that has ended. */
  take(step: string, task: number): Op[] {
    const open = this.#open.get(`${step}/${task}`);
    if (!open) return [];
    this.#open.delete(`${step}/${task}`);
    return this.#row(open);
  }

  #row(open: Gathered): Op[] {
    if (open.text === '') return [];
    const { step, task, attempt, stream, text, at } = open;
    const op = record.log(
      this.#flow,
      this.#run,
      { step, task, attempt, seq: open.seq++ },
      { stream, at, text },
    );
    open.text = '';
    return [op];
  }
}
