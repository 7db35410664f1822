/** Cards: what a step shows. Each component is a function that gives a handle; to change the handle is enough. */
export { type Card, type CardOptions, createCard, type OpenCard } from './card';
export { type ErrorOptions, type ErrorPart, error } from './components/error';
export { type Markdown, markdown } from './components/markdown';
export { type Progress, type ProgressOptions, progress } from './components/progress';
export { type Table, type TableOptions, type TableRows, table } from './components/table';
export { type Value, type ValueOptions, value } from './components/value';
export type * from './document';
export type { CardHost, Shown, Updatable } from './handle';
export { type RenderOptions, renderBlocks, renderCard } from './render';
export { type Throttled, type Timer, throttle } from './throttle';
