/** What the pictures of cards show: by component, a list of what is added to one card. */
import { deflateSync } from 'node:zlib';

const LONG = 'a-name-that-is-longer-than-any-column-'.repeat(3);
const MARKUP = '<b onclick="alert(1)">markup</b> & "quotes"';
const PATTERN = (n, f) => Array.from({ length: n }, (_, i) => f(i));
/** Numbers that look random, and are the same each time. */
const noise = (i) => Math.abs(Math.sin(i * 12.9898) * 43758.5453) % 1;

const films = PATTERN(57, (i) => ({
  title: ['Up', 'Heat', 'Alien', 'Amélie', 'Akira'][i % 5] + (i > 4 ? ` ${Math.floor(i / 5) + 1}` : ''),
  year: 1970 + ((i * 13) % 55),
  gross: Math.round(noise(i) * 9e8),
  rating: Math.round(noise(i + 99) * 100) / 10,
  seen: i % 3 === 0,
  day: new Date(Date.UTC(2026, i % 12, 1 + (i % 28))),
}));
const epochs = PATTERN(40, (i) => ({
  epoch: i + 1,
  train: 1.2 * Math.exp(-i / 9) + 0.08 + noise(i) / 40,
  test: i === 17 ? Number.NaN : 1.3 * Math.exp(-i / 10) + 0.16 + noise(i + 5) / 25,
}));
const SPECIES = ['Adelie', 'Chinstrap', 'Gentoo'];

/** @param {typeof import('@nx-flow/core/card')} c */
export const examples = (c) => ({
  markdown: [
    '# A heading\n\nText with *emphasis*, **weight**, `code` and [a link](https://example.com).\n\n1. one\n2. two\n   - inside\n\n> A quotation of what somebody said.\n\n```ts\nconst a = 1;\n```\n\n| model | F1 |\n| --- | --: |\n| small | 0.91 |\n| large | 0.97 |',
    `## Edges\n\n${MARKUP}\n\n![none](https://example.com/a.png) ${LONG}\n\nRight to left: \u202e שלום, مرحبا; 日本語; 😀 \u0000`,
  ],
  table: [
    c.table(films, { title: 'Films', totals: ['gross'], pageSize: 8 }),
    c.table(
      [
        { model: 'small', accuracy: c.value(0.91, { before: 0.88 }), trend: c.lineChart([3, 1, 2]) },
        { model: 'large', accuracy: c.value(0.9, { before: 0.93 }), trend: c.lineChart([1, 2, 4]) },
      ],
      { title: 'Components in cells' },
    ),
    c.table(
      [
        { [MARKUP]: LONG, n: 1e21, f: () => 1 },
        { [MARKUP]: null, n: -0.000000123, f: Symbol('s') },
      ],
      { title: LONG },
    ),
    c.table([], { title: 'Empty' }),
    c.table(
      PATTERN(3, (i) => Object.fromEntries(PATTERN(30, (j) => [`column ${j}`, i * j]))),
      { title: 'Many columns' },
    ),
    c.table(5, { title: 'No rows' }),
  ],
  line: [
    c.lineChart(epochs, { x: 'epoch', yLabel: 'loss', yUnit: 'nats', title: 'Learning curves' }),
    c.lineChart(
      PATTERN(500, (i) => ({
        day: new Date(Date.UTC(2025, 0, 1 + i)),
        users: 100 + i + 40 * Math.sin(i / 9),
      })),
      { x: 'day', title: 'A time axis' },
    ),
    c.lineChart(
      Object.fromEntries(
        PATTERN(12, (j) => [
          `series ${j}${j === 3 ? LONG : ''}`,
          PATTERN(30, (i) => Math.sin(i / 5 + j) + j),
        ]),
      ),
      { title: 'Twelve series' },
    ),
    c.lineChart(
      PATTERN(30, (i) => [10 ** (i / 5), 10 ** (i / 7)]),
      { xLog: true, yLog: true, title: 'Logarithmic' },
    ),
    c.lineChart([5], { title: 'One point' }),
    c.lineChart([3, 3, 3], { title: 'A constant' }),
    c.lineChart([1e-9, 2e-9, Number.NaN, Number.POSITIVE_INFINITY, 3e-9], { title: 'Tiny, with gaps' }),
    c.lineChart([], { title: 'Empty' }),
  ],
  bar: [
    c.barChart(
      [
        { genre: 'Drama', films: 12, awards: 3 },
        { genre: 'Comedy', films: 8, awards: 1 },
        { genre: 'Horror', films: -4, awards: 0 },
      ],
      { x: 'genre', title: 'Films by genre' },
    ),
    c.barChart(
      PATTERN(8, (i) => ({ day: `day ${i}`, new: i + 1, seen: 9 - i })),
      { x: 'day', stacked: true, title: 'Stacked', yUnit: 'films' },
    ),
    c.barChart(
      PATTERN(130, (i) => ({ name: `category ${i}`, n: noise(i) })),
      { x: 'name', title: 'More than a hundred' },
    ),
    c.barChart(
      [
        { name: LONG, n: 1 },
        { name: MARKUP, n: 2 },
      ],
      { x: 'name', title: 'Long names' },
    ),
  ],
  scatter: [
    c.scatter(
      PATTERN(300, (i) => ({
        flipper: 170 + 60 * noise(i),
        mass: 2500 + 3500 * noise(i) + 600 * noise(i + 7),
        species: SPECIES[i % 3],
      })),
      { x: 'flipper', y: 'mass', by: 'species', xUnit: 'mm', yUnit: 'g', title: 'Penguins' },
    ),
    c.scatter(
      PATTERN(20_000, (i) => [noise(i), noise(i * 7)]),
      { title: 'Twenty thousand' },
    ),
  ],
  histogram: [
    c.histogram(
      PATTERN(1000, (i) => noise(i) + noise(i + 1) + noise(i + 2)),
      { xLabel: 'rating', title: 'Ratings' },
    ),
    c.histogram([4, 4, 4], { title: 'One value' }),
  ],
  heatmap: [
    c.heatmap(
      [
        [50, 2, 0],
        [3, 21, 1],
        [0, 0, 44],
      ],
      { rows: SPECIES, columns: SPECIES, xLabel: 'predicted', yLabel: 'actual', title: 'Confusion matrix' },
    ),
    c.heatmap(
      PATTERN(30, (i) => PATTERN(40, (j) => Math.sin(i / 4) * Math.cos(j / 5))),
      { title: 'Many cells' },
    ),
    c.heatmap(
      [
        [Number.NaN, 1],
        [2, 3],
      ],
      { rows: [LONG, MARKUP], columns: ['a', LONG], title: 'Long names, a gap' },
    ),
  ],
  value: [
    c.row([
      c.value(0.93, { title: 'Accuracy', before: 0.91, trend: [0.7, 0.88, 0.91, 0.93] }),
      c.value(182, { title: 'p95', unit: 'ms', before: 150, lower: true }),
      c.value('done', { title: 'Status' }),
      c.value(1_234_567_890, { title: 'Rows', before: 1_234_567_890 }),
    ]),
    c.row([
      c.value(null, { title: 'Nothing' }),
      c.value(Number.NaN, { title: 'No number', before: 3 }),
      c.value(LONG, { title: LONG }),
      c.value(1e-12, { title: MARKUP, before: 0 }),
    ]),
  ],
  progress: [
    c.progress({ title: 'Reviews', total: 200, value: 83, unit: 'texts' }),
    c.progress({ title: 'Without a total', value: 1234 }),
    c.progress({ title: 'Done', total: 10, value: 10 }),
    c.progress({ title: LONG, total: 10, value: 25 }),
  ],
  code: [
    c.code(
      "import { flow } from '@nx-flow/core';\n\nconst f = flow('movies');\nconst start = f.start(() => ({ films }));",
      { title: 'movies.flow.ts', language: 'ts', first: 41, marked: [43] },
    ),
    c.code(`${LONG.repeat(4)}\n\t${MARKUP}\u202e`),
  ],
  json: [
    c.json(
      {
        rate: 0.01,
        labels: new Set(['yes', 'no']),
        nested: { deep: { deeper: { deepest: [1, 2, 3] } } },
        text: 'a text',
        none: null,
        at: new Date(0),
      },
      { open: 2, title: 'Parameters' },
    ),
    c.json({
      [LONG]: LONG,
      [MARKUP]: MARKUP,
      list: PATTERN(500, (i) => i),
      bytes: Buffer.alloc(9),
      f: () => 1,
    }),
  ],
  log: [
    c.log(
      PATTERN(
        30,
        (i) => `12:00:${String(i).padStart(2, '0')} epoch ${i}, loss ${(1 / (i + 1)).toFixed(3)}`,
      ).join('\n'),
      { title: 'Training' },
    ),
    c.log(`${LONG.repeat(3)}\n\u001b[31mred\u001b[0m ${MARKUP}`),
  ],
  events: [
    c.events(
      [
        {
          kind: 'model',
          name: 'small',
          at: Date.UTC(2026, 0, 1),
          duration: 2300,
          input: 'How many films?',
          output: 'I look.',
          details: { tokens: 1532, cost: '$0.002' },
        },
        {
          kind: 'tool',
          name: 'search',
          at: Date.UTC(2026, 0, 1) + 2300,
          duration: 420,
          input: { query: 'films', limit: 10 },
          output: { count: 240, films: ['Up', 'Heat'] },
        },
        {
          kind: 'tool',
          name: 'fetch',
          at: Date.UTC(2026, 0, 1) + 2800,
          duration: 90,
          error: new Error('429 Too Many Requests'),
        },
        {
          kind: 'model',
          name: 'large',
          at: Date.UTC(2026, 0, 1) + 3000,
          duration: 5100,
          output: 'There are **240** films.\nThe best one is Up.',
        },
      ],
      { title: 'Agent' },
    ),
    c.events([{ kind: LONG, name: MARKUP, input: LONG.repeat(4), output: MARKUP }, { kind: 'bare' }]),
  ],
  error: [
    c.error(new Error('It did not converge', { cause: new RangeError('The rate is too large') })),
    c.error(LONG.repeat(5)),
  ],
  artifact: [
    c.artifact('films', films.slice(0, 5)),
    c.artifact('model', { weights: new Float64Array(1000), bias: 0.5 }),
    c.artifact('text', 'A text of some length.'),
    c.artifact(LONG, MARKUP),
  ],
  image: [
    c.image(
      '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 40" width="90" height="40"><rect width="90" height="40" fill="#ddd"/><circle cx="20" cy="20" r="15" fill="#0b62b4"/></svg>',
      { alt: 'a dot', width: 360, title: 'SVG' },
    ),
    c.image(png(1600, 200), { alt: 'colours', title: 'Wider than the page' }),
    c.image(Buffer.from('none')),
  ],
  html: [
    c.html(
      '<h3>Mine</h3><p>with a <button onclick="this.textContent = 1 + +this.textContent">0</button></p><div style="height:120px;background:linear-gradient(90deg,#0b62b4,#34cfa3)"></div>',
      { title: 'Markup of your own' },
    ),
    c.html('plain', { height: 40 }),
  ],
  vega: [
    c.vega(vegaBars(), { title: 'By Vega' }),
    c.vega(
      { mark: 'bar', data: { values: [{ a: 1 }] }, encoding: { x: { field: 'a' } } },
      { title: 'Vega-Lite, which is not there' },
    ),
    c.vega(
      { $schema: 'https://vega.github.io/schema/vega/v6.json', marks: [{ type: 'nothing' }] },
      { title: 'Broken' },
    ),
  ],
  graph: [
    c.graph(
      [
        { name: 'start', kind: 'start', after: [] },
        { name: 'train', kind: 'foreach', after: ['start'] },
        { name: 'baseline', kind: 'step', after: ['start'] },
        { name: 'choose', kind: 'join', after: ['train'] },
        { name: 'compare', kind: 'step', after: ['choose', 'baseline'] },
        { name: 'end', kind: 'end', after: ['compare'] },
      ],
      { marked: 'train', title: 'A flow' },
    ),
    c.graph(
      PATTERN(24, (i) => ({
        name: `step-with-a-name-${i}`,
        kind: 'step',
        after: i === 0 ? [] : [`step-with-a-name-${Math.floor((i - 1) / 2)}`],
      })),
    ),
  ],
  layout: [
    c.section('Training', [
      c.columns([
        [c.lineChart(epochs, { x: 'epoch', title: 'Loss' })],
        ['Text and', 'more text, below each other.', c.value(0.97, { title: 'F1' })],
      ]),
      c.tabs({ Train: [c.table(films.slice(0, 3))], Test: ['Text'], [LONG]: ['x'] }),
    ]),
    c.row([c.barChart([1, 2]), c.barChart([3, 4]), c.value(1), 'text']),
    c.section('Empty', []),
  ],
});

function vegaBars() {
  const x = { name: 'x', type: 'band', domain: { data: 't', field: 'name' }, range: 'width', padding: 0.1 };
  const y = { name: 'y', domain: { data: 't', field: 'count' }, range: 'height', nice: true };
  const enter = {
    x: { scale: 'x', field: 'name' },
    width: { scale: 'x', band: 1 },
    y: { scale: 'y', field: 'count' },
    y2: { scale: 'y', value: 0 },
    fill: { value: '#0b62b4' },
  };
  return {
    $schema: 'https://vega.github.io/schema/vega/v6.json',
    width: 500,
    height: 200,
    data: [{ name: 't', values: SPECIES.map((name, i) => ({ name, count: [152, 68, 124][i] })) }],
    scales: [x, y],
    axes: [
      { orient: 'bottom', scale: 'x', title: 'species' },
      { orient: 'left', scale: 'y', title: 'penguins' },
    ],
    marks: [{ type: 'rect', from: { data: 't' }, encode: { enter } }],
  };
}

/** A picture of colours. */
function png(width, height) {
  const rows = Buffer.concat(
    PATTERN(height, (y) =>
      Buffer.concat([
        Buffer.of(0),
        Buffer.from(PATTERN(width, (x) => [x % 256, (y * 255) / height, 160]).flat()),
      ]),
    ),
  );
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const chunk = (type, data) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const size = Buffer.alloc(4);
    size.writeUInt32BE(data.length);
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([size, body, sum]);
  };
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function crc32(bytes) {
  let sum = ~0;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return ~sum >>> 0;
}
