/** What a browser would see of a card: a reader of HTML that knows only what cards write, and refuses all else. */

export interface Element {
  name: string;
  attributes: { [name: string]: string };
  /** What follows it, up to the next element. */
  text: string;
}

/** @throws Error where there is markup that no card writes */
export function elementsOf(html: string): Element[] {
  const elements: Element[] = [];
  let at = 0;
  while (at < html.length) {
    TAG.lastIndex = at;
    const [whole, close, name, given] = TAG.exec(html) ?? [];
    if (whole === undefined) throw new Error(`No markup of a card: ${html.slice(at, at + 80)}`);
    at += whole.length;
    const isRaw = !close && (name === 'script' || name === 'style');
    const end = isRaw ? html.indexOf(`</${name}>`, at) : nextTag(html, at);
    const text = html.slice(at, end);
    at = end;
    if (!isRaw && text.includes('>')) throw new Error(`A sign of markup in a text: ${text.slice(0, 80)}`);
    if (!close && name) elements.push({ name, attributes: attributesOf(given ?? ''), text: decoded(text) });
  }
  return elements;
}

/** Attributes without quotes are not written by a card. */
const TAG = /<(\/?)([a-z][a-z0-9]*)((?: [a-zA-Z-]+(?:="[^"<>]*")?)*)\/?>|<!doctype html>\n/y;

function nextTag(html: string, from: number): number {
  const at = html.indexOf('<', from);
  return at < 0 ? html.length : at;
}

function attributesOf(text: string): { [name: string]: string } {
  const found = [...text.matchAll(/ ([a-zA-Z-]+)(?:="([^"]*)")?/g)];
  return Object.fromEntries(found.map(([, name = '', value = '']) => [name, decoded(value)]));
}

function decoded(text: string): string {
  const named: { [name: string]: string } = { amp: '&', lt: '<', gt: '>', quot: '"' };
  return text.replace(/&(?:#(\d+)|(\w+));/g, (_, code, name) =>
    code ? String.fromCodePoint(Number(code)) : (named[name] ?? ''),
  );
}
