/** Code that is sent is signed with a key that the run and its workers have, `NX_FLOW_QUEUE_KEY`: who can write into the queue alone cannot send code. */
import { createHmac, timingSafeEqual } from 'node:crypto';

/** What a signature is for: the same code of another run has another one. */
export interface Signed {
  /** sha256 of the blob. */
  hash: string;
  flow: string;
  run: string;
  /** Of the run in the queue: run 1 of another store is another run. */
  token: string;
}

export function sign(key: string, signed: Signed): string {
  return digest(key, signed).toString('hex');
}

/** In the same time for every wrong signature. */
export function isSigned(key: string, signed: Signed, signature: unknown): boolean {
  const given = Buffer.from(typeof signature === 'string' ? signature : '', 'hex');
  const wanted = digest(key, signed);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

function digest(key: string, { hash, flow, run, token }: Signed): Buffer {
  const text = JSON.stringify(['nx-flow code 1', hash, flow, run, token]);
  return createHmac('sha256', key).update(text).digest();
}
