/** A card: components in order, and the document that they become. */

import { type Markdown, markdown } from './components/markdown';
import type { CardDocument } from './document';
import type { CardHost, Shown } from './handle';
import { staleCards } from './stale';
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
  /**
   * Called when what is shown may be another thing now: at each change of what lies in the card, and, until it is looked at by
   * `toDocument`, at each change of any handle. Not called while the document is made.
   */
  onChange?(): void;
}

/** A card for whoever renders it. */
export interface OpenCard extends Card {
  /** How many components it has. */
  readonly size: number;
  /** Whether anything was done with it. */
  readonly used: boolean;
  /** What it shows now. One synchronous walk; throws nothing. */
  toDocument(): CardDocument;
  /** Counts as a change: for whoever shows something of their own with it. */
  update(): void;
  /** Hears no change any more. */
  close(): void;
}

/** Makes an empty card. */
export function createCard(options: CardOptions): OpenCard {
  const components: unknown[] = [];
  let title: string | undefined;
  let heard = new Set<Set<() => void>>();
  let walking = false;
  let used = false;
  let closed = false;
  const { onChange } = options;
  const changed = () => {
    if (walking) return;
    used = true;
    if (!onChange || closed) return;
    staleCards().add(changed);
    onChange();
  };
  const deafen = () => {
    staleCards().delete(changed);
    for (const listeners of heard) listeners.delete(changed);
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
    get used() {
      return used;
    },
    add(component: unknown) {
      const shown = typeof component === 'string' ? markdown(component) : component;
      components.push(shown);
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
        deafen();
        heard = onChange && !closed ? walk.met : new Set();
        for (const listeners of heard) listeners.add(changed);
        const heading = textOf(title);
        return { version: 1, ...(heading === undefined ? {} : { title: heading }), blocks };
      } finally {
        walking = false;
      }
    },
    update: changed,
    close() {
      closed = true;
      deafen();
    },
  };
}
