/** What blocks have in common. */
import { type Filling, type Markup, markup } from './markup';

/** A block with its title. @param name of its class, a word of this folder */
export function block(name: string, id: string, title: string | undefined, inside: Filling): Markup {
  return markup`<figure class="b ${name}" data-k="${id}">${title && markup`<figcaption>${title}</figcaption>`}${inside}</figure>`;
}

export function heading(level: number, text: string): Markup {
  const h = Math.max(1, Math.min(6, Math.floor(level)));
  return markup`<h${h}>${text}</h${h}>`;
}

/** A line below a block that says what is not shown. */
export function note(text: Filling): Markup {
  return markup`<p class="note">${text}</p>`;
}
