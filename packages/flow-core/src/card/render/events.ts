/** A timeline. */
import type { EventItem, EventsBlock, Tree } from '../document';
import { counted, duration } from './figures';
import { treeMarkup } from './json';
import { type Filling, type Markup, markup } from './markup';
import { block, note } from './parts';
import type { Place } from './place';

/** Texts up to so many characters stand in the line. */
const SHORT = 160;
/** Characters of what an object begins with. */
const BRIEF = 100;

export function renderEvents(events: EventsBlock, place: Place): Markup {
  place.need('events');
  place.need('json');
  const times = events.items.flatMap(({ at, duration = 0 }) => (isNumber(at) ? [at, at + duration] : []));
  const span = { from: Math.min(...times), to: Math.max(...times) };
  const items = events.items.map((item, i) => itemMarkup(item, span, `${place.id}-${i}`));
  return block('events', place.id, events.title, [
    events.of > events.items.length &&
      note(`The last ${counted(events.items.length, 'event')} of ${events.of.toLocaleString('en')}.`),
    items.length === 0
      ? note('No events.')
      : markup`<ol tabindex="0" aria-label="${events.title ?? 'Events'}">${items}</ol>`,
  ]);
}

function itemMarkup(item: EventItem, span: { from: number; to: number }, id: string): Markup {
  const told = [
    isNumber(item.at) && item.at > span.from ? `+${duration((item.at - span.from) / 1000)}` : '',
    isNumber(item.duration) ? duration(item.duration / 1000) : '',
    ...item.notes,
  ].filter(Boolean);
  return markup`<li class="${item.error ? 'bad' : ''}"><div><span class="kind">${item.kind}</span> <b>${item.name}</b> <span class="told">${told.join(' · ')}</span></div>${strip(item, span)}${side('in', item.input, `${id}-i`)}${side('out', item.output, `${id}-o`)}${item.error && markup`<div class="why">${item.error}</div>`}</li>`;
}

/** When it was, within all of the time. */
function strip({ at, duration = 0 }: EventItem, { from, to }: { from: number; to: number }): Filling {
  if (!isNumber(at) || to <= from) return undefined;
  const x = (200 * (at - from)) / (to - from);
  const width = Math.max(1, (200 * duration) / (to - from));
  return markup`<svg class="strip" viewBox="0 0 200 1" preserveAspectRatio="none" aria-hidden="true"><rect x="${Math.min(199, x).toFixed(2)}" width="${width.toFixed(2)}" height="1"/></svg>`;
}

function side(name: string, tree: Tree | undefined, id: string): Filling {
  if (!tree) return undefined;
  if (!tree.items) return markup`<div class="side"><span>${name}</span> ${text(tree)}</div>`;
  return markup`<div class="side tree">${treeMarkup(tree, 0, id, name, briefly(tree))}</div>`;
}

/** Its first fields, where these are no trees themselves: `label: "good", confidence: 0.9`. */
function briefly({ kind, items = [] }: Tree): string {
  const fields = items
    .slice(0, 4)
    .map(([key, item]) => (kind === 'object' ? `${key}: ${item.text}` : item.text))
    .join(', ');
  return fields.length > BRIEF ? `${fields.slice(0, BRIEF).replace(/[\uD800-\uDBFF]$/, '')}…` : fields;
}

function text(tree: Tree): Filling {
  if (tree.kind !== 'text') return tree.text;
  const words = unquoted(tree.text);
  return words.length <= SHORT
    ? words
    : markup`<details><summary>${`${words.slice(0, SHORT).replace(/[\uD800-\uDBFF]$/, '')}…`}</summary><div class="whole">${words}</div></details>`;
}

/** Trees have texts in quotes. */
function unquoted(text: string): string {
  try {
    return String(JSON.parse(text));
  } catch {
    return text;
  }
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
