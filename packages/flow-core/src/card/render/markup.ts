/** HTML that is written by hand, with what is filled in escaped. No text becomes markup by another way. */

/** Markup that is safe to stand in a page: only {@link markup} and what is written in this folder make it. */
export class Markup {
  constructor(readonly text: string) {}
  toString(): string {
    return this.text;
  }
}

export type Filling = Markup | string | number | undefined | null | false | readonly Filling[];

/** ``markup`<p title="${title}">${text}</p>` ``. Attributes have to stand in quotes. */
export function markup(parts: TemplateStringsArray, ...fillings: Filling[]): Markup {
  let text = parts[0] ?? '';
  for (let i = 0; i < fillings.length; i++) text += filled(fillings[i]) + parts[i + 1];
  return new Markup(text);
}

function filled(filling: Filling): string {
  if (typeof filling === 'string') return escaped(filling);
  if (filling instanceof Markup) return filling.text;
  if (typeof filling === 'number') return String(filling);
  if (filling === undefined || filling === null || filling === false) return '';
  if (!Array.isArray(filling)) return escaped(String(filling));
  let text = '';
  for (const one of filling) text += filled(one);
  return text;
}

/** For text and for attributes in quotes. What nobody would see is shown by its code. */
export function escaped(text: string): string {
  if (!SPECIAL.test(text)) return text;
  return visible(text).replace(/[&<>"'`]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** Control characters, those that turn the direction of text, and halves of surrogate pairs: as `\u202e`. */
export function visible(text: string): string {
  return text.replace(UNSEEN, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

const HIDDEN =
  '\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f\\u061c\\u200b\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u2069\\ufeff\\ufff9-\\ufffb';
const HALVES = '[\\ud800-\\udbff](?![\\udc00-\\udfff])|(?<![\\ud800-\\udbff])[\\udc00-\\udfff]';
const UNSEEN = new RegExp(`[${HIDDEN}]|${HALVES}`, 'g');
const SPECIAL = new RegExp(`[&<>"'\`\\ud800-\\udfff${HIDDEN}]`);

/** For an attribute in quotes whose value must not be changed, such as the source of a frame; nothing of it is shown as text. */
export function asIs(text: string): Markup {
  return new Markup(text.replace(/[&"<>]/g, (sign) => `&#${sign.charCodeAt(0)};`));
}
