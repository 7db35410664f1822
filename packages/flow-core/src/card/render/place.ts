/** Where a block is rendered, and what that asks of the file. */
import type { Block } from '../document';
import type { Markup } from './markup';

export interface Place {
  /** Its place in the card, such as `2-0`: what is open there stays open when the card changes. */
  id: string;
  /** Of the next heading. */
  level: number;
  /** Of what lies inside. */
  block(block: Block, at: string | number, level?: number): Markup;
  /** Names what of the styles and of the script the file needs. */
  need(piece: Piece): void;
}

export const PIECES = [
  ...(['chart', 'code', 'events', 'frame', 'graph', 'heatmap', 'json', 'layout', 'log', 'progress'] as const),
  ...(['prose', 'table', 'tabs', 'value', 'vega'] as const),
] as const;

/** What of the styles and of the script not every card needs. */
export type Piece = (typeof PIECES)[number];
