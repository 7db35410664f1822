/** What a client is told when the broker could not do it, and when it can only read. */
import { FlowError } from '../../definition/errors';
import { noRoom, storeFull } from '../no-room';
import { type Complaint, LARGEST } from './protocol';

export function tooLarge(bytes: number): FlowError {
  const mb = (n: number) => Math.ceil(n / 1024 / 1024);
  return new FlowError(
    'FLOW_STORE_FAILED',
    `The store takes ${mb(LARGEST)} MB at once, and this has ${mb(bytes)} MB: a parameter, a name or an error is too large.`,
    { exit: 1 },
  );
}

export function brokerError(store: string, error: Complaint): FlowError {
  const { message, code } = error;
  const reason = noRoom(error);
  if (reason) return storeFull(store, reason);
  if (code?.startsWith('FLOW_')) return new FlowError(code, message, { exit: 1 });
  return new FlowError(
    'FLOW_STORE_FAILED',
    `The store could not do it: ${message}${code ? ` (${code})` : ''}`,
    { exit: 1 },
  );
}

const WITHOUT_ROOM = ['FLOW_STORE_FULL', 'FLOW_STORE_UNWRITABLE'];

/** What a person is told of a store that can only be read: once in a process, which may open several on one disk. */
export class OnlyRead {
  static #told = false;
  /** As the broker says it. Undefined where the store can be written. */
  why: string | undefined;

  /** Whoever wanted to write is told so by the error. */
  refused({ code }: FlowError): void {
    OnlyRead.#told ||= this.why !== undefined && WITHOUT_ROOM.includes(code);
  }

  /** Call when all was read. */
  tell(tell: (line: string) => void): void {
    if (this.why === undefined || OnlyRead.#told) return;
    OnlyRead.#told = true;
    tell(this.why);
  }
}
