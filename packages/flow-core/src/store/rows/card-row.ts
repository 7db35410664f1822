/** A card of a task as it is recorded: one HTML file. */
export interface CardRow {
  title?: string;
  html: string;
}
