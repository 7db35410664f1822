/** Markdown. Its parser is loaded when a card has text. */
import MarkdownIt from 'markdown-it';
import { Markup, markup, visible } from './markup';

const LINK = /^(https?:|mailto:|#)/i;
const IMAGE = /^data:image\/(png|jpe?g|gif|webp|svg\+xml);base64,[\w+/=]+$/i;

const parser = new MarkdownIt({ html: false, linkify: false });
parser.validateLink = (address) => LINK.test(address.trim()) || IMAGE.test(address.trim());

const { rules } = parser.renderer;
rules.link_open = (tokens, index, options, _env, self) => {
  const token = tokens[index];
  if (!token) return '';
  const address = String(token.attrGet('href') ?? '');
  if (!LINK.test(address)) token.attrSet('href', '#');
  else if (!address.startsWith('#')) token.attrSet('target', '_blank');
  token.attrSet('rel', 'noopener noreferrer');
  return self.renderToken(tokens, index, options);
};
// A card makes no requests: what an image elsewhere would show is said instead.
rules.image = (tokens, index) => {
  const token = tokens[index];
  const source = String(token?.attrGet('src') ?? '');
  const alt = token?.content ?? '';
  return (IMAGE.test(source) ? markup`<img src="${source}" alt="${alt}">` : markup`<em>${alt || source}</em>`)
    .text;
};
rules.table_open = () => '<div class="scroll" tabindex="0"><table>';
rules.table_close = () => '</table></div>';
// The styles of the card say where a cell's text stands; attributes do not.
const cell =
  (name: string): NonNullable<typeof rules.td_open> =>
  (tokens, index) =>
    `<${name}${/right/.test(String(tokens[index]?.attrGet('style'))) ? ' class="n"' : ''}>`;
rules.td_open = cell('td');
rules.th_open = cell('th scope="col"');

/** @param level of its first headings */
export function renderMarkdown(text: string, level: number): Markup {
  const tokens = parser.parse(text, {});
  for (const token of tokens)
    if (/^heading_(open|close)$/.test(token.type))
      token.tag = `h${Math.min(6, Number(token.tag.slice(1)) + level - 1)}`;
  const html = parser.renderer.render(tokens, parser.options, {});
  return new Markup(`<div class="prose">${visible(html)}</div>`);
}
