/** The one HTML file that a card becomes. */
import { createHash } from 'node:crypto';
import type { Block, CardDocument } from '../document';
import { lineOf } from '../text';
import { renderBlock } from './blocks';
import { renderError } from './error';
import { Markup, markup } from './markup';
import { heading } from './parts';
import type { Piece, Place } from './place';
import { scriptOf } from './script';
import { styleOf } from './style';

export interface RenderOptions {
  /**
   * That the card still changes: it says so. The page around it sends `{ card: renderBlocks(document) }` by `postMessage`,
   * which takes the place of what is shown. A file that is opened by itself is loaded again, where `reload` says after how many
   * seconds.
   */
  live?: { reload?: number };
}

/** A card as one HTML file, which makes no requests. Throws nothing: what fails is shown as an error. */
export function renderCard(document: CardDocument, options: RenderOptions = {}): string {
  const { main, pieces } = render(document);
  const style = styleOf(pieces);
  const script = scriptOf(pieces, options.live !== undefined);
  const title = textOf(document?.title);
  const reload = Number(options.live?.reload);
  return markup`<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policyOf(script)}">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="referrer" content="no-referrer">
${reload > 0 && markup`<meta http-equiv="refresh" content="${Math.ceil(reload)}">`}<title>${title ?? 'Card'}</title>
<style>${new Markup(style)}</style></head>
<body${options.live && new Markup(' class="live"')}><main>${new Markup(main)}</main>
${script !== '' && new Markup(`<script>${script}</script>`)}</body></html>
`.text;
}

/** What lies in the file's `<main>`: what a live page puts in the place of what it shows. */
export function renderBlocks(document: CardDocument): string {
  return render(document).main;
}

function render(document: CardDocument): { main: string; pieces: Set<Piece> } {
  const pieces = new Set<Piece>();
  const title = textOf(document?.title);
  const level = title === undefined ? 1 : 2;
  const blocks = Array.isArray(document?.blocks) ? document.blocks : [];
  const inside = blocks.map((block, i) => rendered(block, String(i), level, pieces));
  const main = [title !== undefined && heading(1, title), inside];
  return { main: markup`${main}`.text, pieces };
}

function rendered(block: Block, id: string, level: number, pieces: Set<Piece>): Markup {
  const place: Place = {
    id,
    level,
    need: (piece) => pieces.add(piece),
    block: (inner, at, deeper = level) => rendered(inner, `${id}-${at}`, deeper, pieces),
  };
  try {
    return renderBlock(block, place);
  } catch (error) {
    return renderError({ type: 'error', title: 'This cannot be shown', text: lineOf(error) }, place);
  }
}

/** No request leaves the file, and only its own script is executed. */
function policyOf(script: string): string {
  const hash = createHash('sha256').update(script).digest('base64');
  return `default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
}

function textOf(title: unknown): string | undefined {
  return typeof title === 'string' && title !== '' ? title : undefined;
}
