/**
 * A card of somebody else's, as a file that may be opened: it stands in a frame that is no page's origin, so that a script in it can
 * reach nothing, and it makes no requests.
 */
import { escaped } from '../../card/render/markup';

export function framed(html: string): string {
  const policy =
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="referrer" content="no-referrer"><title>Card of an imported run</title>
<style>html,body,iframe{margin:0;border:0;width:100%;height:100%;display:block}</style></head>
<body><iframe sandbox="allow-scripts" title="Card of an imported run" srcdoc="${escaped(html)}"></iframe></body></html>
`;
}
