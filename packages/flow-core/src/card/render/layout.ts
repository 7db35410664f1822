/** Sections, rows, columns, tabs. */
import type { LayoutBlock, TabsBlock } from '../document';
import { type Markup, markup } from './markup';
import { heading } from './parts';
import type { Place } from './place';

const NAMES = { section: 'section', row: 'row', columns: 'columns' };

export function renderLayout(layout: LayoutBlock, place: Place): Markup {
  place.need('layout');
  const hasTitle = layout.title !== undefined && layout.title !== '';
  const inside = layout.blocks.map((block, i) => place.block(block, i, place.level + (hasTitle ? 1 : 0)));
  const body = layout.type === 'section' ? inside : inside.map((one) => markup`<div>${one}</div>`);
  return markup`<section class="${NAMES[layout.type]}">${hasTitle && heading(place.level, layout.title ?? '')}${layout.type === 'section' ? body : markup`<div class="cells">${body}</div>`}</section>`;
}

/** Radio buttons, so that it works without a script, by keyboard too. */
export function renderTabs(tabs: TabsBlock, place: Place): Markup {
  place.need('tabs');
  const parts = tabs.tabs.map(({ name, blocks }, i) => {
    const id = `tab-${place.id}-${i}`;
    const inside = blocks.map((block, j) => place.block(block, `${i}.${j}`));
    return markup`<input type="radio" name="tab-${place.id}" id="${id}"${i === 0 && markup` checked`}><label for="${id}">${name}</label><section aria-label="${name}">${inside}</section>`;
  });
  return markup`<div class="b tabs">${parts}</div>`;
}
