/** Waits for a broker that does not listen yet: tells a person what it does, or that it is silent, and ends where it stays so. */
import { join } from 'node:path';
import { brokerName, newsOf } from './pid-file';
import { TELL_MS } from './silence';
import { unavailable } from './unavailable';

export interface WaitingOptions {
  store: string;
  /** Milliseconds without a sign of life. */
  patience: number;
  /** Gets a line for a person. */
  tell(line: string): void;
}

/** A broker that this process has started. */
interface Started {
  pid: number | undefined;
  news: string | undefined;
}

export class Waiting {
  readonly #options: WaitingOptions;
  readonly #begun = performance.now();
  #heard = this.#begun;
  #news: string | undefined;
  #toldBusy = false;
  #toldSilent = false;

  constructor(options: WaitingOptions) {
    this.#options = options;
  }

  get isLong(): boolean {
    return performance.now() - this.#begun > TELL_MS;
  }

  /**
   * Call now and then.
   * @param started undefined where another process may have started one
   * @throws FlowError FLOW_STORE_UNAVAILABLE
   */
  look(started: Started | undefined): void {
    const { store, patience, tell } = this.#options;
    const now = performance.now();
    const news = started?.news ?? newsOf(store);
    if (news !== this.#news) {
      this.#news = news;
      this.#heard = now;
      this.#toldSilent = false;
    }
    const name = brokerName(store, started?.pid);
    const seconds = Math.round(patience / 1000);
    if (now - this.#heard > patience)
      throw unavailable(
        started
          ? `${name} has given no sign of life for ${seconds} s: it may be stopped, or its disk does not answer. End it, and do it again.`
          : `${name} has not answered for ${seconds} s, and no other one can take its place: it may be stopped, or another program holds the database ${join(store, 'db')}. End it, and do it again.`,
      );
    if (now - this.#heard > TELL_MS && !this.#toldSilent) {
      this.#toldSilent = true;
      tell(`${name} does not answer. Waiting for it up to ${seconds} s.`);
    } else if (this.isLong && news !== undefined && !this.#toldBusy) {
      this.#toldBusy = true;
      tell(`${name} ${news}.`);
    }
  }
}
