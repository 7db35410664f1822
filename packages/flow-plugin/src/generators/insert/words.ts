/** Names for messages. */
import type { PlacedStep } from '@nx-flow/core/source';

export function titled({ kind, name }: PlacedStep): string {
  return name === undefined ? `a ${kind} of computed name` : `"${name}"`;
}

/** `a, b and c` */
export function listed(words: readonly (string | undefined)[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
