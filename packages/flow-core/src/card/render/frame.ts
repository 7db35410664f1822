/** Frames: what of the user's own runs in a card lies in one, without access to anything. */
import type { HtmlBlock } from '../document';
import { asIs, type Markup, markup } from './markup';
import { block } from './parts';
import type { Place } from './place';

/** What stands around the user's markup. The script says how high it is. */
const BEFORE = `<!doctype html><meta charset="utf-8"><meta http-equiv="x-dns-prefetch-control" content="off"><style>:root{color-scheme:light dark}body{margin:0;font:15px/1.5 system-ui,sans-serif}</style>`;
const AFTER = `<script>new ResizeObserver(()=>parent.postMessage({cardHeight:document.documentElement.getBoundingClientRect().height},'*')).observe(document.documentElement)</script>`;

export function renderHtml(html: HtmlBlock, place: Place): Markup {
  place.need('frame');
  const source = asIs(`${BEFORE}${html.text}${AFTER}`);
  const height = Number.isFinite(html.height)
    ? Math.max(20, Math.min(5_000, Math.round(html.height as number)))
    : undefined;
  const attributes = height === undefined ? markup` class="fit" height="200"` : markup` height="${height}"`;
  return block(
    'frame',
    place.id,
    html.title,
    markup`<iframe sandbox="allow-scripts" title="${html.title ?? 'Markup'}"${attributes} srcdoc="${source}"></iframe>`,
  );
}
