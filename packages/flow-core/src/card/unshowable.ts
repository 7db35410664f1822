/** What a component cannot show. */
import type { ErrorBlock } from './document';
import { lineOf } from './text';

/** What cannot be shown, with the path to it. The message is a sentence. */
export class Unshowable extends Error {}

/** The block that tells why something is not shown. */
export function unshown(error: unknown, path = ''): ErrorBlock {
  const why = error instanceof Unshowable ? error.message : `to read it throws: ${lineOf(error)}`;
  return {
    type: 'error',
    title: 'This cannot be shown',
    text: path && !why.startsWith(path) ? `${path}: ${why}` : why,
  };
}
