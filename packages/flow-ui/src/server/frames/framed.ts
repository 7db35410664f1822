/**
 * A card as a frame's document. It is somebody's data: whatever it holds, the frame is of no page's origin, and makes no requests.
 * The policy stands in the answer's header, where nothing inside of the file can loosen it.
 */
import { createHash } from 'node:crypto';

export interface FoundCard {
  html: string;
  /** Of a card that still changes. */
  policy?: string;
  /** A run that was imported recorded it: it may be anybody's. */
  imported?: boolean;
}

export interface Framed {
  html: string;
  policy: string;
}

/** Tells the page around it how high it is. A constant: nothing of what is shown gets into it. */
const SCRIPT =
  "new ResizeObserver(()=>parent.postMessage({cardHeight:document.documentElement.getBoundingClientRect().height},'*')).observe(document.documentElement)";
/** On the page a card has less space around it than in a window of its own. */
const STYLE = '<style>body>main{padding:16px 18px 14px}</style>';
const HASH = `'sha256-${createHash('sha256').update(SCRIPT).digest('base64')}'`;

/** The policies that cards have. None of them allows a request. */
const KNOWN =
  /^default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src ('none'|'unsafe-inline'(?: 'unsafe-eval')?|'sha256-[A-Za-z0-9+/]{43}='); base-uri 'none'; form-action 'none'$/;
const META = /<meta http-equiv="Content-Security-Policy" content="([^"]*)">/;

/** Of a file that may be anybody's, or says no policy of ours: no script of it, which could get out by WebRTC. */
const STRICT =
  "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'none'; base-uri 'none'; form-action 'none'";

/** A card as it may be shown on the page. */
export function framed({ html, imported = false }: FoundCard): Framed {
  const [, said = ''] = META.exec(html) ?? [];
  const policy = !imported && KNOWN.test(said) ? said : STRICT;
  return {
    html: withOurs(html.replace(META, '')),
    policy: `sandbox allow-scripts; ${withHash(policy)}; frame-ancestors 'self'`,
  };
}

/** A hash beside 'unsafe-inline' would take that back. */
function withHash(policy: string): string {
  return policy.replace(/script-src ([^;]*)/, (_, scripts: string) => {
    if (scripts.includes("'unsafe-inline'")) return `script-src ${scripts}`;
    return `script-src ${scripts === "'none'" ? HASH : `${scripts} ${HASH}`}`;
  });
}

function withOurs(html: string): string {
  const at = html.lastIndexOf('</body>');
  const end = at < 0 ? html.length : at;
  return `${html.slice(0, end)}${STYLE}<script>${SCRIPT}</script>${html.slice(end)}`;
}
