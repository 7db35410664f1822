/** The one HTML file that a card becomes. */
import { createHash } from 'node:crypto';
import type { Block, CardDocument } from '../document';
import { lineOf } from '../text';
import { Unshowable } from '../unshowable';
import { renderBlock } from './blocks';
import { renderError } from './error';
import { Markup, markup } from './markup';
import { heading } from './parts';
import { PIECES, type Piece, type Place } from './place';
import { scriptOf } from './script';
import { styleOf } from './style';

export interface RenderOptions {
  /**
   * That the card still changes, and says so. The page around it may send `{ card: renderBlocks(document).html }` by
   * `postMessage`, which takes the place of what is shown. A file that is opened by itself is loaded again, where `reload` says
   * after how many seconds.
   */
  live?: { reload?: number };
}

export interface RenderedBlocks {
  html: string;
  /** What the file's Content-Security-Policy has to be. Where it is another one than before, the file has to be loaded again. */
  policy: string;
}

/** A card as one HTML file, which makes no requests. Throws nothing: what fails is shown as an error. */
export function renderCard(document: CardDocument, options: RenderOptions = {}): string {
  const { html, policy, pieces, script } = render(document, options);
  const reload = Number(options.live?.reload);
  return markup`<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${new Markup(policy)}">
<meta http-equiv="x-dns-prefetch-control" content="off">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="referrer" content="no-referrer">
${reload > 0 && markup`<meta http-equiv="refresh" content="${Math.ceil(reload)}">`}<title>${titleOf(document) ?? 'Card'}</title>
<style>${new Markup(styleOf(pieces))}</style></head>
<body${options.live && LIVE}><main>${new Markup(html)}</main>
${script !== '' && new Markup(`<script>${script}</script>`)}</body></html>
`.text;
}

const LIVE = new Markup(' class="live"');

/** What lies in the file's `<main>`: a live page puts it in the place of what it shows. */
export function renderBlocks(document: CardDocument, options: RenderOptions = {}): RenderedBlocks {
  const { html, policy } = render(document, options);
  return { html, policy };
}

function render(document: CardDocument, options: RenderOptions) {
  const needed = new Set<Piece>();
  const title = titleOf(document);
  const level = title === undefined ? 1 : 2;
  const blocks = Array.isArray(document?.blocks) ? document.blocks : [];
  const need = (piece: Piece) => needed.add(piece);
  const inside = blocks.map((block, i) => rendered(block, String(i), level, need));
  const html = markup`${[title !== undefined && heading(1, title), inside]}`.text;
  // A live card may show tomorrow what it does not show today.
  const pieces = options.live ? new Set(PIECES) : needed;
  const script = scriptOf(pieces, options.live !== undefined);
  return { html, pieces, script, policy: policyOf(script, needed) };
}

function rendered(block: Block, id: string, level: number, need: Place['need']): Markup {
  const place: Place = {
    need,
    id,
    level,
    block: (inner, at, deeper = level) => rendered(inner, `${id}-${at}`, deeper, need),
  };
  try {
    return renderBlock(block, place);
  } catch (error) {
    return renderError(
      {
        type: 'error',
        title: 'This cannot be shown',
        text: error instanceof Unshowable ? error.message : lineOf(error),
      },
      place,
    );
  }
}

/**
 * No request leaves the file. Only its own script is executed; a frame of the user's has the policy of the file around it, and
 * there its own scripts have to be.
 */
function policyOf(script: string, needed: ReadonlySet<Piece>): string {
  const hash = createHash('sha256').update(script).digest('base64');
  const scripts = needed.has('frame') ? "'unsafe-inline'" : script === '' ? "'none'" : `'sha256-${hash}'`;
  return `default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src ${scripts}; base-uri 'none'; form-action 'none'`;
}

function titleOf(document: CardDocument): string | undefined {
  const title: unknown = document?.title;
  return typeof title === 'string' && title !== '' ? title : undefined;
}
