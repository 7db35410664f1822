/** The script of a card: what can be done with tables, and how a live one changes. It is a constant. */
import type { Piece } from './place';

export function scriptOf(pieces: ReadonlySet<Piece>, live: boolean): string {
  void pieces;
  void live;
  return '';
}
