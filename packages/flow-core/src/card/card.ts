/** A card: components in order, and the document that they become. */

import { type Markdown, markdown } from './components/markdown';
import type { CardDocument } from './document';
import { type CardHost, partOf, type Shown } from './handle';
import { textOf } from './text';
import { Walker } from './walk';

/** What a step has as `card`. */
export interface Card {
  /** Its heading. Without it, the card has none. */
  title: string | undefined;
  /** Shows one more component, or text as Markdown. @returns its handle, whose properties may be assigned later */
  add(text: string): Markdown;
  add<C extends Shown>(component: C): C;
  /** Takes all components away. */
  clear(): void;
}

export interface CardOptions extends CardHost {
  /** Called at each change: what is shown is another thing now. Not called while the document is made. */
  onChange?(): void;
}

/** A card for whoever renders it. */
export interface OpenCard extends Card {
  /** How many components it has. */
  readonly size: number;
  /** What it shows now. One synchronous walk; throws nothing. */
  toDocument(): CardDocument;
}

/** Makes an empty card. */
export function createCard(options: CardOptions): OpenCard {
  const components: unknown[] = [];
  let title: string | undefined;
  let heard = new Set<Set<() => void>>();
  let walking = false;
  const changed = () => {
    if (!walking) options.onChange?.();
  };
  return {
    get title() {
      return title;
    },
    set title(text) {
      title = text;
      changed();
    },
    get size() {
      return components.length;
    },
    add(component: unknown) {
      const shown = typeof component === 'string' ? markdown(component) : component;
      components.push(shown);
      // At once: a step that never yields changes it before anybody has looked.
      const part = partOf(shown);
      if (part) heard.add(part.listeners.add(changed));
      changed();
      return shown as never;
    },
    clear() {
      components.length = 0;
      changed();
    },
    toDocument() {
      const walk = new Walker(options);
      walking = true;
      try {
        const blocks = walk.blocks(components);
        for (const listeners of heard) listeners.delete(changed);
        heard = walk.met;
        for (const listeners of heard) listeners.add(changed);
        const heading = textOf(title);
        return { version: 1, ...(heading === undefined ? {} : { title: heading }), blocks };
      } finally {
        walking = false;
      }
    },
  };
}
