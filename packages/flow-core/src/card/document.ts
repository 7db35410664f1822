/**
 * What a card shows, as plain JSON: the handles were walked once, whatever is long was cut. Texts are as they were given; they
 * become safe where they are written into HTML.
 */

/** A card as it is recorded, and from which it is rendered. */
export interface CardDocument {
  version: 1;
  title?: string;
  blocks: Block[];
}

/** One thing that is shown. */
export type Block =
  | MarkdownBlock
  | TableBlock
  | ChartBlock
  | HeatmapBlock
  | ImageBlock
  | ValueBlock
  | ProgressBlock
  | CodeBlock
  | JsonBlock
  | LogBlock
  | EventsBlock
  | ErrorBlock
  | ArtifactBlock
  | HtmlBlock
  | VegaBlock
  | GraphBlock
  | LayoutBlock
  | TabsBlock;

export interface MarkdownBlock {
  type: 'markdown';
  text: string;
}

/** A cell: a text, a number as it is, nothing, or a block. */
export type Cell = string | number | boolean | null | { block: Block };

export interface TableBlock {
  type: 'table';
  title?: string;
  columns: string[];
  rows: Cell[][];
  /** How many rows there are; more than are here where the table was cut. Absent where nobody counted them. */
  of: number;
  /** How many columns there are. */
  columnsOf: number;
  /** Rows on a page. */
  pageSize: number;
  /** Sums of these columns, by their index. */
  totals?: { [column: number]: number };
  /** The sums count rows that are not here, too. */
  totalsOfAll?: boolean;
}

/** A number that is missing, or is none, is `null`: lines have a gap there. */
export type Points = { x: (number | null)[]; y: (number | null)[] };

export interface Axis {
  label?: string;
  unit?: string;
  /** Numbers are times, in milliseconds since 1970. */
  time?: boolean;
  /** Numbers are the index of one of these. */
  categories?: string[];
  /** A scale of powers of ten. */
  log?: boolean;
}

export interface ChartBlock {
  type: 'line' | 'bar' | 'scatter' | 'histogram';
  title?: string;
  x: Axis;
  y: Axis;
  series: (Points & { name: string })[];
  /** Bars of one category lie on each other. */
  stacked?: boolean;
  /** How many points were given; more than are here where they were thinned. */
  of: number;
  /** How many points are no numbers, and are not shown. */
  gaps?: number;
  /** Categories that are not here. */
  more?: number;
}

export interface HeatmapBlock {
  type: 'heatmap';
  title?: string;
  x: Axis;
  y: Axis;
  columns: string[];
  rows: string[];
  cells: (number | null)[][];
  /** How many there are; more than are here where it was cut. */
  rowsOf: number;
  columnsOf: number;
}

export interface ImageBlock {
  type: 'image';
  title?: string;
  /** `data:image/…;base64,…` */
  source: string;
  alt: string;
  /** CSS pixels. */
  width?: number;
}

export interface ValueBlock {
  type: 'value';
  title?: string;
  value: string | number | null;
  unit?: string;
  /** The value before. */
  before?: number;
  /** Whether less is better: a fall is shown as good. */
  lower?: boolean;
  trend?: (number | null)[];
}

export interface ProgressBlock {
  type: 'progress';
  title?: string;
  value: number;
  total?: number;
  unit?: string;
  /** How many a second, since the first look. */
  rate?: number;
  /** Seconds. */
  remaining?: number;
  /** Seconds since the first look. */
  elapsed?: number;
}

export interface CodeBlock {
  type: 'code';
  title?: string;
  text: string;
  language?: string;
  /** Lines that are marked, from 1. */
  marked?: number[];
  /** The number of the first line. */
  first?: number;
}

/** A value as a tree. */
export interface Tree {
  kind: 'text' | 'number' | 'word' | 'list' | 'object' | 'more';
  /** What is shown of it on its line. */
  text: string;
  items?: [name: string, value: Tree][];
}

export interface JsonBlock {
  type: 'json';
  title?: string;
  tree: Tree;
  /** How many levels are open. */
  open: number;
}

export interface LogBlock {
  type: 'log';
  title?: string;
  lines: string[];
  /** How many lines there are; the last ones are here. */
  of: number;
}

export interface EventItem {
  kind: string;
  name: string;
  /** Milliseconds since 1970. */
  at?: number;
  /** Milliseconds. */
  duration?: number;
  input?: Tree;
  output?: Tree;
  error?: string;
  notes: string[];
}

export interface EventsBlock {
  type: 'events';
  title?: string;
  items: EventItem[];
  of: number;
}

export interface ErrorBlock {
  type: 'error';
  title: string;
  text: string;
  stack?: string;
}

export interface ArtifactBlock {
  type: 'artifact';
  name: string;
  /** Such as `Array(3)`. */
  kind: string;
  preview: Block;
}

export interface HtmlBlock {
  type: 'html';
  title?: string;
  text: string;
  /** CSS pixels; absent: as high as its content. */
  height?: number;
}

export interface VegaBlock {
  type: 'vega';
  title?: string;
  /** JSON. */
  spec: string;
  lite: boolean;
}

export interface GraphBlock {
  type: 'graph';
  title?: string | undefined;
  nodes: { name: string; kind?: string | undefined; marked?: boolean }[];
  /** By the index of two nodes. */
  edges: [from: number, to: number][];
  /** How many nodes there are. */
  of: number;
}

export interface LayoutBlock {
  type: 'section' | 'row' | 'columns';
  title?: string;
  blocks: Block[];
}

export interface TabsBlock {
  type: 'tabs';
  tabs: { name: string; blocks: Block[] }[];
}
