/** What the steps show. */
import {
  barChart,
  type Card,
  columns,
  type Event,
  events,
  heatmap,
  row,
  table,
  tabs,
  value,
} from '@nx-flow/core/card';
import { type Call, MODELS, type Reading } from './model';
import { LABELS, type Label } from './sentiment';

export interface Review {
  id: number;
  product: string;
  /** 1 to 5. */
  stars: number;
  text: string;
}
/** A review, and what a model made of it. */
export type Labelled = Review & Reading;

/** What the stars say: 1 and 2 are negative, 3 is neutral, 4 and 5 are positive. */
export function meantBy(stars: number): Label {
  return stars < 3 ? 'negative' : stars > 3 ? 'positive' : 'neutral';
}

export function isRight({ stars, label }: Labelled): boolean {
  return label === meantBy(stars);
}

export function rightOf(labelled: readonly Labelled[]): number {
  return labelled.filter(isRight).length;
}

export function showOne(
  card: Card,
  { text, stars, label, confidence, because }: Labelled,
  calls: readonly Call[],
): void {
  card.title = `${'★'.repeat(stars)}${'☆'.repeat(5 - stars)} ${label}`;
  card.add(`> ${text}`);
  card.add(
    row([
      value(label, { title: 'Label' }),
      value(confidence, { title: 'Confidence' }),
      value(because.join(', ') || 'nothing', { title: 'Because of' }),
    ]),
  );
  card.add(events(inOrder(calls), { title: 'Calls' }));
}

export function showAll(card: Card, labelled: readonly Labelled[], calls: readonly Call[]): void {
  card.title = 'What the reviews say';
  card.add(
    row([
      value(rightOf(labelled), { title: 'As the stars say', unit: `of ${labelled.length}` }),
      value(`$${dollars(calls)}`, { title: 'Costs' }),
      value(median(calls.map(({ duration }) => duration)), { title: 'Median call', unit: 'ms' }),
      value(calls.filter(({ refused }) => refused).length, { title: 'Refused', unit: 'calls' }),
    ]),
  );
  card.add(columns([confusion(labelled, 'Labels and stars'), costs(calls)]));
  card.add(
    tabs({
      'Not as the stars say': mistakes(labelled),
      'All calls': events(inOrder(calls)),
    }),
  );
}

export interface Both {
  first: readonly Labelled[];
  second: readonly Labelled[];
  calls: readonly Call[];
}

export function showReport(card: Card, { first, second, calls }: Both): void {
  const right = (labelled: readonly Labelled[], stars: number) =>
    labelled.filter((one) => one.stars === stars && isRight(one)).length;
  const byStars = [1, 2, 3, 4, 5].map((stars) => ({
    stars: '★'.repeat(stars),
    'after the first look': right(first, stars),
    'after the second': right(second, stars),
    reviews: first.filter((one) => one.stars === stars).length,
  }));
  card.title = 'Two looks at each doubtful review';
  card.add(
    row([
      value(rightOf(second), {
        ...{ title: 'As the stars say', unit: `of ${second.length}` },
        before: rightOf(first),
      }),
      value(`$${dollars(calls)}`, { title: 'Costs' }),
    ]),
  );
  card.add(columns([confusion(first, 'After the first look'), confusion(second, 'After the second')]));
  card.add(
    columns([barChart(byStars, { title: 'Right, by stars', x: 'stars', yLabel: 'reviews' }), costs(calls)]),
  );
  card.add(
    tabs({
      'Still not as the stars say': mistakes(second),
      'All calls': events(inOrder(calls)),
    }),
  );
}

/** As events, by the time of their beginning. */
export function inOrder(calls: readonly Call[]): Event[] {
  return calls.toSorted((a, b) => a.at - b.at).map(eventOf);
}

function eventOf({ model, at, duration, text, reading, refused, tokens, cost }: Call): Event {
  return {
    kind: 'model',
    name: model,
    ...{ at, duration, input: text, output: reading && told(reading), error: refused },
    details: reading && { tokens: tokens.input + tokens.output, cost: `$${cost.toPrecision(2)}` },
  };
}

/** `positive (0.95), because of love, perfect` */
function told({ label, confidence, because }: Reading): string {
  return `${label} (${confidence}), because of ${because.join(', ') || 'nothing'}`;
}

/** To four digits. */
export function dollars(calls: readonly Call[]): number {
  return Math.round(1e4 * calls.reduce((sum, { cost }) => sum + cost, 0)) / 1e4;
}

function costs(calls: readonly Call[]) {
  const rows = MODELS.map((model) => {
    const own = calls.filter((call) => call.model === model);
    return {
      model,
      calls: own.length,
      refused: own.filter(({ refused }) => refused).length,
      'tokens in': own.reduce((sum, { tokens }) => sum + tokens.input, 0),
      'tokens out': own.reduce((sum, { tokens }) => sum + tokens.output, 0),
      dollars: dollars(own),
    };
  }).filter((one) => one.calls > 0);
  return table(rows, { title: 'Costs', totals: true });
}

function mistakes(labelled: readonly Labelled[]) {
  const rows = labelled
    .filter((one) => !isRight(one))
    .map(({ id, stars, label, confidence, text }) => ({ id, stars, label, confidence, text }));
  return table(rows, { pageSize: 8 });
}

function confusion(labelled: readonly Labelled[], title: string) {
  const cells = LABELS.map((meant) =>
    LABELS.map(
      (label) => labelled.filter((one) => one.label === label && meantBy(one.stars) === meant).length,
    ),
  );
  return heatmap(cells, { title, rows: LABELS, columns: LABELS, xLabel: 'label', yLabel: 'stars' });
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
