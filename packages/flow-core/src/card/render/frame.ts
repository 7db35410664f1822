/** Frames: what of the user's own runs in a card lies in one, without access to anything. */
import type { HtmlBlock, VegaBlock } from '../document';
import { asIs, jsonText, Markup, markup } from './markup';
import { block, note } from './parts';
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

/** The script of the card puts the libraries, which lie in the file once, and the specification into the frame. */
export function renderVega(vega: VegaBlock, place: Place): Markup {
  const missing = (vega.lite ? VEGA_LITE : VEGA).filter((name) => !place.library(name));
  if (missing.length > 0) {
    place.need('code');
    return block('vega', place.id, vega.title, [
      markup`<pre tabindex="0"><code>${JSON.stringify(JSON.parse(vega.spec), null, 2)}</code></pre>`,
      note(`To see the chart, install ${missing.join(', ')} in your workspace.`),
    ]);
  }
  place.need('frame');
  place.need('vega');
  const spec = asIs(jsonText(JSON.parse(vega.spec)));
  return block(
    'vega',
    place.id,
    vega.title,
    markup`<iframe class="fit vega" sandbox="allow-scripts" title="${vega.title ?? 'Chart'}" height="320" data-lite="${vega.lite ? 1 : 0}" data-spec="${spec}"></iframe>`,
  );
}

const VEGA = ['vega', 'vega-embed'] as const;
const VEGA_LITE = ['vega', 'vega-lite', 'vega-embed'] as const;

/** The libraries as a part of the file that the script reads. */
export function librariesMarkup(library: Place['library']): Markup {
  const sources = VEGA_LITE.map((name) => library(name) ?? '');
  return markup`<script type="application/json" id="libraries">${new Markup(jsonText(sources))}</script>`;
}
