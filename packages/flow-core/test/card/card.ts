/** Cards of tests. */
import { createCard, renderCard, type Shown } from '../../src/card';

/** A clock that stands still. */
export const host = { now: () => 0 };

export function documentOf(...shown: unknown[]) {
  const card = createCard(host);
  for (const one of shown) card.add(one as Shown);
  return card.toDocument();
}

export function blockOf<T = Record<string, unknown>>(shown: unknown): T {
  return documentOf(shown).blocks[0] as T;
}

export function htmlOf(...shown: unknown[]): string {
  return renderCard(documentOf(...shown));
}
