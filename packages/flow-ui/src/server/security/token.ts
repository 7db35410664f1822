/** The token: who has it may read and execute. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

export class Token {
  readonly text = randomBytes(32).toString('base64url');
  readonly #hash = hashOf(this.text);

  /** Takes as long whatever is given. @param authorization the header of a request */
  isIn(authorization: string | undefined): boolean {
    const given = /^Bearer ([\w-]{1,200})$/.exec(authorization ?? '')?.[1] ?? '';
    return timingSafeEqual(hashOf(given), this.#hash);
  }
}

const hashOf = (text: string) => createHash('sha256').update(text).digest();
