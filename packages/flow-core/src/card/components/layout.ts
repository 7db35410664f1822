/** What puts components together. */
import type { LayoutBlock } from '../document';
import { append, listed } from '../given';
import { handle, type Shown, type Updatable, type Walk } from '../handle';
import { lineOf, textOf } from '../text';
import { Unshowable } from '../unshowable';

/** Tabs that are shown: the first ones. */
const TABS = 200;

/** Components below each other are a list. */
export type Several = Shown | readonly Shown[];

export interface Layout extends Updatable {
  items: Several[];
  /** Adds one to the end. @returns it */
  add<C extends Several>(item: C): C;
}

export interface Section extends Layout {
  title: string;
}

export interface Tabs extends Updatable {
  tabs: { [name: string]: Several };
}

/** Components below a heading. */
export function section(title: string, items: readonly Several[] = []): Section {
  return layout('section', { title, ...listed('items', items) });
}

/** Components beside each other, each as wide as it is; they wrap where there is no room. */
export function row(items: readonly Several[] = []): Layout {
  return layout('row', listed('items', items));
}

/** Columns of the same width; below each other on a small screen. */
export function columns(items: readonly Several[] = []): Layout {
  return layout('columns', listed('items', items));
}

/** One of several at a time, by their names: `tabs({ Train: chart, Test: [table, 'text'] })`. */
export function tabs(of: { [name: string]: Several }): Tabs {
  return handle({ tabs: of } as Omit<Tabs, 'update'>, (props, walk) => {
    if (typeof props.tabs !== 'object' || props.tabs === null || ArrayBuffer.isView(props.tabs))
      throw new Unshowable(`tabs has to be an object, such as { Train: chart }, not ${lineOf(props.tabs)}`);
    const named = Object.entries(props.tabs)
      .slice(0, TABS)
      .map(([name, items]) => ({
        name: textOf(name) ?? '',
        blocks: walk.blocks(Array.isArray(items) ? items : [items], `tabs.${name}`),
      }));
    return { type: 'tabs', tabs: named };
  });
}

function layout<P extends { items: Several[]; title?: string }>(type: LayoutBlock['type'], of: P) {
  return handle(
    of,
    (props, walk) => ({ type, title: textOf(props.title), blocks: blocksOf(props.items, walk) }),
    (props, update) => ({
      add<C extends Several>(item: C): C {
        append(props, 'items', item);
        update();
        return item;
      },
    }),
  );
}

function blocksOf(items: unknown, walk: Walk): LayoutBlock['blocks'] {
  if (!Array.isArray(items))
    throw new Unshowable(`items has to be an array of components, not ${lineOf(items)}`);
  return walk.blocks(items, 'items', (item, path) =>
    Array.isArray(item) ? { type: 'section', blocks: walk.blocks(item, path) } : walk.block(item, path),
  );
}
