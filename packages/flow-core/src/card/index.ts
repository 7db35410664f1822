/** Cards: what a step shows. Each component is a function that gives a handle; to change the handle is enough. */
export { type Card, type CardOptions, createCard, type OpenCard } from './card';
export { type BarChart, type BarOptions, barChart } from './charts/bar';
export { type Heatmap, type HeatmapOptions, heatmap } from './charts/heatmap';
export { type Histogram, type HistogramOptions, histogram } from './charts/histogram';
export { type LineChart, lineChart } from './charts/line';
export type { AxisOptions, ChartData, SeriesOptions } from './charts/options';
export { type Scatter, scatter } from './charts/scatter';
export { type Artifact, artifact } from './components/artifact';
export { type Code, type CodeOptions, code } from './components/code';
export { type ErrorOptions, type ErrorPart, error } from './components/error';
export { type Event, type Events, type EventsOptions, events } from './components/events';
export { type GraphNode, type GraphOptions, type GraphPart, graph } from './components/graph';
export { type Html, type HtmlOptions, html } from './components/html';
export { type Image, type ImageOptions, type ImageSource, image } from './components/image';
export { type Json, type JsonOptions, json } from './components/json';
export {
  columns,
  type Layout,
  row,
  type Section,
  type Several,
  section,
  type Tabs,
  tabs,
} from './components/layout';
export { type Log, type LogOptions, log } from './components/log';
export { type Markdown, markdown } from './components/markdown';
export { type Progress, type ProgressOptions, progress } from './components/progress';
export { type Table, type TableOptions, type TableRows, table } from './components/table';
export { type Value, type ValueOptions, value } from './components/value';
export { type Vega, type VegaOptions, vega } from './components/vega';
export type * from './document';
export type { CardHost, Shown, Updatable } from './handle';
export { MergedParts, type PartPlace, type PlacedPart } from './merged-parts';
export type { CardPart, SharedCard, SharedOptions } from './part';
export type { RenderedBlocks, RenderOptions } from './render';

/** A card as one HTML file, which makes no requests. Throws nothing: what fails is shown as an error. */
export const renderCard: typeof import('./render').renderCard = (...args) => rendering().renderCard(...args);

/** What lies in the file's `<main>`: a live page puts it in the place of what it shows. */
export const renderBlocks: typeof import('./render').renderBlocks = (...args) =>
  rendering().renderBlocks(...args);

/** Loaded when a file is made: a step that only shows something does not wait for it. */
function rendering(): typeof import('./render') {
  return require('./render');
}
