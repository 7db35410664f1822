/** What a worker says to one run: in order, and in as few messages as there is time to send. */
import { again } from '../connection/again';
import { pack } from '../wire/bytes';
import type { Waiting } from '../wire/freight';
import type { Message, Refusal, Said } from '../wire/message';
import { newToken } from '../wire/names';

/** How long a line of a log may wait for others. Milliseconds. */
const WAIT_MS = 50;

/** A message is sent when it has so much in it, about. Bytes. */
const FULL = 1024 * 1024;

export interface OutboxOptions {
  agent: string;
  /** Puts it into the queue of the run. It is called again where that failed: what comes twice is heard once. */
  send(said: Said): Promise<void>;
}

export class Outbox {
  readonly #options: OutboxOptions;
  #messages: Message[] = [];
  #size = 0;
  readonly #stream = newToken();
  #numbers = 0;
  #timer: NodeJS.Timeout | undefined;
  /** Resolves when all that was said before is in the queue of the run. */
  #sending: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** @param soon it does not wait for others */
  say(message: Message, soon = false): void {
    if (this.#closed) return;
    this.#messages.push(message);
    this.#size += sizeOf(message);
    if (this.#size > FULL) void this.flush();
    else if (soon) this.#after(0);
    else this.#timer ??= setTimeout(() => void this.flush(), WAIT_MS);
  }

  #after(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.flush(), ms);
  }

  /** For values of a chunk whose place cannot be reached: the run hears of it. */
  waiting(chunk: string, isOver: Waiting['isOver']): Waiting {
    return {
      isOver,
      away: (why) => this.say({ type: 'blobs-away', chunk, why }, true),
      back: () => this.say({ type: 'blobs-back', chunk }, true),
    };
  }

  refuse(chunk: string, refusal: Refusal): Promise<void> {
    void this.flush();
    return this.#send({ refused: { chunk, refusal } });
  }

  /** Resolves when all of it is in the queue of the run. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#messages.length === 0) return this.#sending;
    const messages = this.#messages;
    this.#messages = [];
    this.#size = 0;
    return this.#send({ body: pack(messages) });
  }

  #send(what: Pick<Said, 'refused' | 'body'>): Promise<void> {
    const { agent, send } = this.#options;
    const said: Said = { from: agent, stream: this.#stream, number: ++this.#numbers, ...what };
    this.#sending = this.#sending.then(() =>
      again(
        () => send(said),
        () => this.#closed,
      ),
    );
    return this.#sending;
  }

  /** Nothing more is sent. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }
}

function sizeOf(message: Message): number {
  switch (message.type) {
    case 'log':
    case 'late':
      return message.text.length + 100;
    case 'outcome':
      return outcomeSize(message) + 300;
    case 'card':
      return 4096;
    default:
      return 100;
  }
}

function outcomeSize({ outcome, carried }: Extract<Message, { type: 'outcome' }>): number {
  let size = 0;
  for (const [, bytes] of carried) size += bytes.length;
  if (outcome.status === 'done')
    for (const [, { bytes }] of outcome.result.stored) size += (bytes?.length ?? 0) + 200;
  return size;
}
