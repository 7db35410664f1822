/**
 * A card of somebody else's, as a file that may be opened: it stands in a frame that is no page's origin, and no script of it is
 * executed. One could get out by WebRTC, which no policy governs.
 */
import { escaped } from '../../card/render/markup';
import type { RunRow } from '../../store/rows/rows';
import type { Store } from '../../store/store';
import { isOthers } from '../record/others';

/** A card as it may be written to a file. @param task undefined means that all tasks of the step show it together */
export async function toOpen<T extends { html: string }>(
  card: T,
  store: Store,
  run: RunRow,
  step: string,
  task?: number,
): Promise<T> {
  return (await isOthers(store, run, step, task)) ? { ...card, html: framed(card.html) } : card;
}

export function framed(html: string): string {
  const policy =
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'none'; base-uri 'none'; form-action 'none'";
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="referrer" content="no-referrer"><title>Card of an imported run</title>
<style>html,body,iframe{margin:0;border:0;width:100%;height:100%;display:block}</style></head>
<body><iframe sandbox title="Card of an imported run" srcdoc="${escaped(html)}"></iframe></body></html>
`;
}
