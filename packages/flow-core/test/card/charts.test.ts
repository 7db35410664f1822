import { barChart, type ChartBlock, heatmap, histogram, lineChart, scatter } from '../../src/card';
import { PathText } from '../../src/card/render/charts/path-text';
import { blockOf, htmlOf } from './card';
import { elementsOf } from './elements';

const chartOf = (chart: unknown) => blockOf<ChartBlock>(chart);

test('a series is a list, pairs, columns, or columns of rows', () => {
  expect(chartOf(lineChart([3, null, 5] as never))).toMatchObject({
    series: [{ x: [0, 1, 2], y: [3, null, 5] }],
    gaps: 1,
  });
  expect(
    chartOf(
      lineChart([
        [1, 2],
        [3, 4],
      ]),
    ),
  ).toMatchObject({ series: [{ x: [1, 3], y: [2, 4] }] });
  expect(chartOf(lineChart({ a: [1], b: [2] }))).toMatchObject({
    series: [{ name: 'a' }, { name: 'b', y: [2] }],
  });
  const rows = [
    { e: 1, loss: 4, note: 'x' },
    { e: 2, loss: Number.NaN, note: 'y' },
  ];
  expect(chartOf(lineChart(rows, { x: 'e', yUnit: 'ms' }))).toMatchObject({
    x: { label: 'e' },
    y: { label: 'loss', unit: 'ms' },
    series: [{ name: 'loss', x: [1, 2], y: [4, null] }],
  });
});

test('rows of one text are a series, dates are times, texts categories', () => {
  const rows = [
    { day: new Date(0), n: 1, kind: 'a' },
    { day: new Date(86_400_000), n: 2, kind: 'b' },
    { day: new Date(5), n: 3, kind: 'a' },
  ];
  expect(chartOf(lineChart(rows, { x: 'day', by: 'kind' }))).toMatchObject({
    x: { time: true },
    series: [
      { name: 'a', x: [0, 5], y: [1, 3] },
      { name: 'b', x: [86_400_000], y: [2] },
    ],
  });
  expect(chartOf(lineChart([{ d: '2026-01-01', n: 1 }], { x: 'd' })).x.time).toBe(true);
  expect(chartOf(barChart(rows, { x: 'kind', y: 'n' }))).toMatchObject({
    x: { categories: ['a', 'b'] },
    series: [{ y: [4, 2] }],
  });
});

test('a column that is not there is told, with those that are', () => {
  expect(chartOf(lineChart([{ a: 1 }], { x: 'b' }))).toMatchObject({
    type: 'error',
    text: 'x: there is no column b, but a',
  });
  expect(chartOf(lineChart([{ a: 'x' }]))).toMatchObject({ type: 'error', text: 'no column holds numbers' });
  expect(chartOf(scatter(7 as never))).toMatchObject({
    text: expect.stringMatching(/^data has to be a list/),
  });
});

test('of many points the peaks stay', () => {
  const values = new Float64Array(100_000);
  values[77_777] = 1_000;
  values[5] = -1_000;
  const { series, of } = chartOf(lineChart(values));
  expect(of).toBe(100_000);
  expect(series[0]?.y.length).toBeLessThan(700);
  expect(series[0]?.y).toEqual(expect.arrayContaining([1_000, -1_000]));
  expect(series[0]?.x.at(-1)).toBe(99_999);
  const cloud = chartOf(scatter(Array.from({ length: 50_000 }, (_, i) => [i % 317, (i * i) % 1_009])));
  expect(cloud.series[0]?.x.length).toBe(2_000);
});

test.each([
  ['one value', [5, 5, 5], 1],
  ['whole numbers', [1, 2, 2, 3], 3],
  ['none', [], 0],
  ['gaps', [Number.NaN, 1, Number.POSITIVE_INFINITY], 1],
])('a histogram of %s', (_, values, least) => {
  const { series } = chartOf(histogram(values));
  const { x, y } = series[0] as { x: number[]; y: number[] };
  expect(y.length).toBeGreaterThanOrEqual(Math.min(1, least));
  expect(y.reduce((sum, count) => sum + count, 0)).toBe(values.filter(Number.isFinite).length);
  if (values.length > 0) expect(x.length).toBe(y.length + 1);
});

const HARD: [string, number[]][] = [
  ['no point', []],
  ['one point', [5]],
  ['all equal', [3, 3, 3]],
  ['all gaps', [Number.NaN, Number.POSITIVE_INFINITY]],
  ['tiny numbers', [1e-300, 2e-300]],
  ['the smallest number', [Number.MIN_VALUE, 0]],
  ['huge numbers', [Number.MAX_VALUE, -Number.MAX_VALUE, 0]],
  ['a small range far away', [1e15, 1e15 + 1, 1e15 + 2]],
  ['negative numbers', [-1, -2]],
];

test.each(HARD)('every chart shows %s, with numbers for all that has to be one', (_, values) => {
  const rows = values.map((y, x) => ({ x: values[values.length - 1 - x], y, c: `c${x}`, d: new Date(y) }));
  const charts = [
    lineChart(values),
    lineChart(values, { yLog: true }),
    lineChart(rows, { x: 'd', y: 'y' }),
    lineChart(rows, { x: 'c', y: 'y' }),
    scatter(rows, { x: 'x', y: 'y', xLog: true }),
    barChart(rows, { x: 'c', y: ['x', 'y'] }),
    barChart(rows, { x: 'c', y: ['x', 'y'], stacked: true }),
    histogram(values),
    heatmap([values, values]),
  ];
  const given = values.length === 0 ? charts.filter((_, i) => [0, 1, 7, 8].includes(i)) : charts;
  const html = htmlOf(...given);
  expect(html).not.toContain('cannot be shown');
  for (const { name, attributes } of elementsOf(html))
    for (const [key, text] of Object.entries(attributes))
      if (['x', 'y', 'cx', 'cy', 'r', 'width', 'height', 'd', 'viewBox'].includes(key) && name !== 'meta')
        expect(text).not.toMatch(/NaN|Infinity|undefined/);
});

test('a picture has a name, axes with units, and words for each point', () => {
  const elements = elementsOf(
    htmlOf(
      lineChart(
        [
          { e: 1, loss: 2 },
          { e: 2, loss: 1 },
        ],
        { x: 'e', title: 'Loss', yUnit: 'nats' },
      ),
    ),
  );
  const [svg] = elements.filter(({ name }) => name === 'svg');
  expect(svg?.attributes).toMatchObject({
    role: 'img',
    'aria-label': 'Line chart: Loss of loss by e from 1 nats to 2 nats',
  });
  const texts = elements.filter(({ name }) => name === 'text').map(({ text }) => text);
  expect(texts).toEqual(expect.arrayContaining(['loss (nats)', 'e', '1', '2']));
  expect(elements.filter(({ name }) => name === 'title').map(({ text }) => text)).toContain(
    'loss: 2 nats at 1',
  );
});

test('a heat map is a table with heads, whose size is bounded', () => {
  const elements = elementsOf(
    htmlOf(
      heatmap(
        [
          [1, 2],
          [3, null as never],
        ],
        { rows: ['a', 'b'], columns: ['c', 'd'] },
      ),
    ),
  );
  expect(
    elements.filter(({ name }) => name === 'th').map(({ attributes, text }) => [attributes.scope, text]),
  ).toEqual([
    ['col', 'c'],
    ['col', 'd'],
    ['row', 'a'],
    ['row', 'b'],
  ]);
  const large = Array.from({ length: 300 }, () => new Float64Array(300).fill(1));
  expect(htmlOf(heatmap(large))).toContain('The first 64 by 64 of 300 by 300.');
});

test('bars with long names lie, one below the other; the same bars are there', () => {
  const rows = ['forest of 15 trees', 'forest of 40 trees', 'tree'].map((name, i) => ({
    name,
    right: i - 1,
  }));
  const of = (chart: unknown) => elementsOf(htmlOf(chart));
  const lying = of(barChart(rows, { x: 'name' }));
  const standing = of(
    barChart(
      rows.map((row, i) => ({ ...row, name: `m${i}` })),
      { x: 'name' },
    ),
  );
  const bars = (elements: typeof lying) => elements.filter(({ name }) => name === 'rect');
  expect(bars(lying)).toHaveLength(3);
  expect(new Set(bars(lying).map(({ attributes }) => attributes.height)).size).toBe(1);
  expect(new Set(bars(standing).map(({ attributes }) => attributes.width)).size).toBe(1);
  expect(lying.filter(({ name }) => name === 'text').map(({ text }) => text)).toEqual(
    expect.arrayContaining(rows.map(({ name }) => name)),
  );
});

test('the path of a line has its places to a tenth, and nothing beyond the picture', () => {
  const path = new PathText(4);
  path.moveTo(0, 9.96);
  path.lineTo(10.5, 100);
  path.lineTo(539.9, 7);
  path.moveTo(-3, 1e9);
  expect(String(path)).toBe('M0 10L10.5 100L539.9 7M0 999.9');
});

test('more lines than there are colours are dashed, also beside their names', () => {
  const html = htmlOf(
    lineChart(Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`line ${i}`, [i, i]]))),
  );
  expect(html).toContain('<g class="s7">');
  expect(html).toContain('<g class="s0 two">');
  expect(html).toContain('<i class="k0 two"></i>line 8');
});

test('long names of bars are shorter on a small screen, where letters are larger', () => {
  const html = htmlOf(barChart([{ name: 'a name that is longer than others', n: 1 }], { x: 'name' }));
  const [wide = '', narrow = ''] = [...html.matchAll(/class="e [oq]">([^<]*)</g)].map(([, name]) => name);
  expect(wide.length).toBe(26);
  expect(narrow.length).toBeLessThan(wide.length);
  expect(html).toContain('<title>a name that is longer than others</title>');
});
