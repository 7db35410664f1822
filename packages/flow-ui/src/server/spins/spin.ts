/** One spin of the moment, as this server's memory has it. */
import {
  changeSince,
  type ErrorRecord,
  isSameTask,
  type KeptOutput,
  keepOutputs,
  readSpunCard,
  type SpinDone,
  type SpinStarted,
} from '@nx-flow/core/ui';
import type { LogReply, SpinEntry, SpinRequest } from '../../api/routes';
import { firstLine } from '../read/text';

/** Bytes of one value, and characters of a log, that are kept. */
const [VALUE, LOG] = [16 * 1024 * 1024, 2 * 1024 * 1024];

const REST = '\n… what it printed from here on is not kept\n';

export interface SpunCardFile {
  id: string;
  title?: string;
  html: string;
}

export class Spin {
  readonly entry: SpinEntry;
  /** What was executed, where that was asked for here. */
  request: SpinRequest | undefined;
  /** The process of another command. */
  readonly pid: number | undefined;
  done: SpinDone | undefined;
  failure: ErrorRecord | undefined;
  values = new Map<string, KeptOutput>();
  cards: readonly SpunCardFile[] = [];
  /** Which differ inside of those of the spin before, by name; made when somebody asks. */
  sinceInside: Promise<ReadonlyMap<string, readonly string[]>> | undefined;
  readonly #pieces: LogReply['pieces'][number][] = [];
  #printed = 0;
  #kept = 0;
  /** Characters of what was asked for, and of what the spin came to beside its values. */
  #asked: number;
  #told = 0;

  constructor(entry: SpinEntry, more: { request?: SpinRequest; pid?: number } = {}) {
    this.entry = entry;
    this.request = more.request;
    this.#asked = lengthOf(more.request);
    this.pid = more.pid;
  }

  /** Bytes of all that is kept of it. */
  get bytes(): number {
    return this.#kept + this.#printed + this.#asked + this.#told;
  }

  get isRunning(): boolean {
    return this.entry.status === 'running';
  }

  began({ step, origin, splits, iteration }: SpinStarted): void {
    Object.assign(this.entry, {
      ...{ step, index: splits.map(({ index }) => index) },
      ...(origin === undefined ? {} : { origin }),
      ...(iteration === undefined ? {} : { iteration }),
    });
  }

  print(stream: 'stdout' | 'stderr', text: string, at = Date.now()): void {
    if (this.#printed > LOG) return;
    const last = this.#pieces.at(-1);
    if (last?.stream === stream && last.text.length < 1000) last.text += text;
    else this.#pieces.push({ stream, at, attempt: 0, text });
    this.#printed += text.length;
    if (this.#printed > LOG) this.#pieces.push({ stream, at, attempt: 0, text: REST });
  }

  /** @param from characters of it that are known */
  log(from: number): LogReply {
    const pieces: LogReply['pieces'][number][] = [];
    let next = 0;
    for (const piece of this.#pieces) {
      const text = piece.text.slice(Math.max(0, from - next));
      if (text !== '') pieces.push({ ...piece, text });
      next += piece.text.length;
    }
    return { pieces, next, ended: !this.isRunning };
  }

  /** @param before the spin of the same task before */
  ended(done: SpinDone, workspace: string, before: Spin | undefined): void {
    const { step, index, iteration, origin, originMs, status, durationMs, error, artifacts } = done;
    this.done = done;
    this.failure = error;
    this.values = keepOutputs(done, workspace, VALUE);
    this.cards = (done.cards ?? []).flatMap(({ id, title, file }) => {
      const html = file === undefined ? undefined : readSpunCard(done.flow, file, workspace);
      return html === undefined ? [] : [{ id, ...(title === undefined ? {} : { title }), html }];
    });
    this.#kept = [...this.values.values()].reduce((sum, { content }) => sum + content.length, 0);
    this.#kept += this.cards.reduce((sum, { html }) => sum + html.length, 0);
    this.#told = lengthOf(done);
    const since = before?.done?.artifacts;
    Object.assign(this.entry, {
      ...{ step, index, status: status === 'done' ? 'done' : 'failed', durationMs },
      ...(iteration === undefined ? {} : { iteration }),
      ...(origin === undefined ? {} : { origin }),
      ...(originMs === undefined ? {} : { originMs }),
      ...(error ? { error: firstLine(`${error.name}: ${error.message}`) } : {}),
      changed: artifacts.filter(({ change }) => change !== 'same').length,
      ...(since && status === 'done'
        ? { changedSince: artifacts.filter((one) => changeSince(since, one) !== 'same').length }
        : {}),
    } satisfies Partial<SpinEntry>);
  }

  /** It was refused, or its process died. */
  failed(error: ErrorRecord, durationMs: number): void {
    this.failure = error;
    // What was given holds a secret.
    if (error.code === 'FLOW_SECRET_ARTIFACT') this.request = undefined;
    this.#asked = lengthOf(this.request);
    this.#told = lengthOf(error);
    Object.assign(this.entry, { status: 'failed', durationMs, error: firstLine(error.message) });
  }

  stopped(): void {
    this.entry.status = 'stopped';
  }

  /** What it showed until it was ended early, which nothing has recorded. */
  showed(cards: readonly SpunCardFile[]): void {
    this.cards = cards;
    this.#kept += cards.reduce((sum, { html }) => sum + html.length, 0);
  }

  /** Lets go of what it returned and showed. */
  forget(): void {
    this.values = new Map();
    this.cards = [];
    this.#kept = 0;
  }

  isLike(other: Spin): boolean {
    return (
      this.entry.flow === other.entry.flow &&
      isSameTask(this.entry, other.entry) &&
      this.entry.iteration === other.entry.iteration
    );
  }
}

const lengthOf = (data: unknown) => JSON.stringify(data)?.length ?? 0;
