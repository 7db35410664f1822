/** Which function renders which block. */
import type { Block } from '../document';
import { renderBar, renderHistogram } from './charts/bar';
import { renderHeatmap } from './charts/heatmap';
import { renderLine, renderScatter } from './charts/line';
import { renderCode, renderLog } from './code';
import { renderError } from './error';
import { renderEvents } from './events';
import { renderHtml } from './frame';
import { renderGraph } from './graph';
import { renderImage } from './image';
import { renderArtifact, renderJson } from './json';
import { renderLayout, renderTabs } from './layout';
import type { Markup } from './markup';
import type { Place } from './place';
import { renderTable } from './table';
import { renderProgress, renderValue } from './value';
import { renderVega } from './vega';

type Renderers = { [T in Block['type']]: (block: Extract<Block, { type: T }>, place: Place) => Markup };

const RENDERERS: Renderers = {
  markdown(block, place) {
    place.need('prose');
    // Loaded where there is text.
    const { renderMarkdown } = require('./markdown') as typeof import('./markdown');
    return renderMarkdown(block.text, place.level);
  },
  table: renderTable,
  value: renderValue,
  progress: renderProgress,
  error: renderError,
  code: renderCode,
  log: renderLog,
  json: renderJson,
  artifact: renderArtifact,
  events: renderEvents,
  image: renderImage,
  html: renderHtml,
  vega: renderVega,
  graph: renderGraph,
  section: renderLayout,
  row: renderLayout,
  columns: renderLayout,
  tabs: renderTabs,
  line: renderLine,
  scatter: renderScatter,
  bar: renderBar,
  histogram: renderHistogram,
  heatmap: renderHeatmap,
};

/** @throws whatever a document that is none of ours makes a renderer throw */
export function renderBlock(block: Block, place: Place): Markup {
  const render = Object.hasOwn(RENDERERS, block.type) ? RENDERERS[block.type] : undefined;
  if (!render) throw new TypeError(`A newer version knows how to show a block of type ${block.type}.`);
  return (render as (block: Block, place: Place) => Markup)(block, place);
}
