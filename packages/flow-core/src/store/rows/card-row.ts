/** What tasks showed, as it is recorded. */
import type { PlacedPart } from '../../card/merged-parts';

/** A card of a task: one HTML file. */
export interface CardRow {
  title?: string;
  html: string;
}

/** What a task showed in a card that all tasks of its step have together. */
export interface PartRow {
  part: PlacedPart;
}
