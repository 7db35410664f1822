/** Any value as a tree. */
import { taken } from '../given';
import { handle, type Updatable } from '../handle';
import { numberOf, textOf } from '../text';
import { treeOf } from '../tree';

export interface JsonOptions {
  title?: string;
  /** How many levels are open. Default: 1. */
  open?: number;
}

export interface Json extends JsonOptions, Updatable {
  value: unknown;
}

/** Any value as a tree that opens and closes, Maps, Dates and class instances too. Of much, the beginning. */
export function json(value: unknown, options: JsonOptions = {}): Json {
  return handle({ ...taken(options), value } as Omit<Json, 'update'>, (props) => ({
    type: 'json',
    title: textOf(props.title),
    tree: treeOf(props.value),
    open: numberOf(props.open) ?? 1,
  }));
}
