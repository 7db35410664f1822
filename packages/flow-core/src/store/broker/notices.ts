/** What a client tells a person of its broker, each once: damage, what keeps it busy, its silence, that it can only read. */
import type { FlowError } from '../../definition/errors';
import { brokerName } from './pid-file';
import type { Hello } from './protocol';
import { GIVE_UP_MS } from './silence';
import { unavailable } from './unavailable';

const WITHOUT_ROOM = ['FLOW_STORE_FULL', 'FLOW_STORE_UNWRITABLE'];
const GIVE_UP = `${GIVE_UP_MS / 1000} s`;

export class Notices {
  readonly #store: string;
  #pid: number | undefined;
  #warned = false;
  /** The broker that has said what keeps it busy. */
  #busyPid: number | undefined;
  /** Why the store can only be read. */
  #onlyRead: string | undefined;
  /** Once in a process, which may open several stores on one disk. */
  static #toldOnlyRead = false;

  constructor(store: string) {
    this.#store = store;
  }

  /** A line for a person. Output that is to be parsed is on stdout. */
  tell(line: string): void {
    process.stderr.write(`${line}\n`);
  }

  greeted({ pid, warning, onlyReading }: Hello): void {
    this.#pid = pid;
    this.#onlyRead = onlyReading;
    if (warning === undefined || this.#warned) return;
    this.#warned = true;
    this.tell(warning);
  }

  /** It may say so a thousand times. */
  busy(what: string): void {
    if (this.#busyPid !== this.#pid) this.tell(`${this.#broker()} ${what}.`);
    this.#busyPid = this.#pid;
  }

  silent(): void {
    this.tell(`${this.#broker()} does not answer. Waiting for it up to ${GIVE_UP}.`);
  }

  /** The error of whatever waits for it. */
  silentTooLong(): FlowError {
    return unavailable(
      `${this.#broker()} has given no sign of life for ${GIVE_UP}: it may be stopped, or its disk does not answer. End it, and do it again.`,
    );
  }

  /** Whoever wanted to write is told so by the error. */
  refused({ code }: FlowError): void {
    Notices.#toldOnlyRead ||= this.#onlyRead !== undefined && WITHOUT_ROOM.includes(code);
  }

  /** All was read. */
  closing(): void {
    if (this.#onlyRead === undefined || Notices.#toldOnlyRead) return;
    Notices.#toldOnlyRead = true;
    this.tell(this.#onlyRead);
  }

  #broker(): string {
    return brokerName(this.#store, this.#pid);
  }
}
