import type { TableBlock } from '../../src/card';
import { renderCard, type TableOptions, table, value } from '../../src/card';
import { blockOf, documentOf, htmlOf } from './card';
import { elementsOf } from './elements';

const tableOf = (rows: unknown, options?: TableOptions) => blockOf<TableBlock>(table(rows as never, options));

test.each([
  [
    'objects',
    [
      { a: 1, b: 'x' },
      { b: 'y', c: true },
    ],
    ['a', 'b', 'c'],
    [
      [1, 'x', null],
      [null, 'y', true],
    ],
  ],
  [
    'lists',
    [[1, 2], [3]],
    ['0', '1'],
    [
      [1, 2],
      [3, null],
    ],
  ],
  ['single values', [1, 'two', null], ['value'], [[1], ['two'], [null]]],
  [
    'a Map',
    new Map<string, unknown>([
      ['k', { n: 1 }],
      ['l', 2],
    ]),
    ['key', 'value', 'n'],
    [
      ['k', null, 1],
      ['l', 2, null],
    ],
  ],
  ['a Set', new Set([1, 2]), ['value'], [[1], [2]]],
  ['a typed array', Float32Array.of(1, 2), ['value'], [[1], [2]]],
  [
    'columns',
    { a: [1, 2], b: Int8Array.of(3) },
    ['a', 'b'],
    [
      [1, 3],
      [2, null],
    ],
  ],
  ['nothing', [], ['value'], []],
  [
    'what is no number',
    [{ a: Number.NaN, b: -Infinity, c: 12n, d: new Date(0), e: { f: 1 } }],
    ['a', 'b', 'c', 'd', 'e'],
    [['NaN', '-Infinity', 12, '1970-01-01', '{ f: 1 }']],
  ],
])('rows may be %s', (_, rows, columns, cells) => {
  expect(tableOf(rows)).toMatchObject({ columns, rows: cells, of: cells.length });
});

test('an Arrow table is read by its columns', () => {
  const column = (values: unknown[]) => ({ get: (row: number) => values[row] });
  const columns: { [name: string]: unknown } = { id: column([1n, 2n]), name: column(['a', null]) };
  const arrow = {
    numRows: 2,
    schema: { fields: [{ name: 'id' }, { name: 'name' }] },
    getChild: (name: string) => columns[name],
  };
  expect(tableOf(arrow)).toMatchObject({
    columns: ['id', 'name'],
    rows: [
      [1, 'a'],
      [2, null],
    ],
  });
});

test('columns are chosen, and summed up', () => {
  const rows = [
    { a: 1, b: 2, c: 'x' },
    { a: 0.5, b: 4, c: 'y' },
  ];
  expect(tableOf(rows, { columns: ['c', 'a', 'none'], totals: true })).toMatchObject({
    columns: ['c', 'a', 'none'],
    rows: [
      ['x', 1, null],
      ['y', 0.5, null],
    ],
    totals: { 1: 1.5 },
  });
});

test('of a million rows only those that are shown are read', () => {
  let reads = 0;
  const one = {
    get a() {
      reads++;
      return 'x'.repeat(90);
    },
  };
  const shown = documentOf(table(new Array(1_000_000).fill(one)));
  expect(reads).toBe(1_000);
  const html = renderCard(shown);
  expect(html.length).toBeLessThan(200_000);
  expect(html).toContain('The first 1,000 rows of 1,000,000.');
});

test('no table is larger than a file that opens at once', () => {
  const rows = new Array(100_000).fill(
    Object.fromEntries(Array.from({ length: 80 }, (_, i) => [`c${i}`, '<'.repeat(600)])),
  );
  const block = tableOf(rows, { limit: 1e9 });
  expect(block).toMatchObject({ columnsOf: 80, of: 100_000 });
  expect(htmlOf(table(rows, { limit: 1e9 })).length).toBeLessThan(8_000_000);
});

test('a cell that cannot be shown tells its path; the others are shown', () => {
  const rows = [
    { price: 1 },
    { price: () => 1 },
    {
      get price() {
        throw new RangeError('none');
      },
    },
    { price: Symbol('s') },
    {
      price: new Proxy(
        {},
        {
          ownKeys: () => {
            throw new Error('trap');
          },
        },
      ),
    },
    { price: value(5) },
  ];
  const texts = tableOf(rows).rows.map(([cell]) => (cell && typeof cell === 'object' ? cell.block : cell));
  expect(texts).toMatchObject([
    1,
    { type: 'error', text: expect.stringMatching(/^rows\[1\]\.price is a function: \(\) ?=> ?1$/) },
    { type: 'error', text: 'rows[2].price: to read it throws: RangeError: none' },
    { type: 'error', text: 'rows[3].price is a symbol: Symbol(s)' },
    'a Proxy',
    { type: 'value', value: 5 },
  ]);
});

test.each([[undefined], [5], ['text'], [() => 1], [{ a: 1 }], [Symbol('x')]])(
  'what holds no rows is told: %p',
  (rows) => {
    expect(tableOf(rows)).toMatchObject({
      type: 'error',
      text: expect.stringMatching(/^rows has to be a list of rows/),
    });
  },
);

test('columns of numbers stand right, and keep what is not shown of a number', () => {
  const elements = elementsOf(
    htmlOf(
      table([
        { n: 0.1 + 0.2, t: 'a' },
        { n: 7, t: '9' },
      ]),
    ),
  );
  expect(elements.filter(({ name }) => name === 'th')).toMatchObject([
    { attributes: { scope: 'col', class: 'n' }, text: 'n' },
    { attributes: { scope: 'col' }, text: 't' },
  ]);
  expect(elements.filter(({ name }) => name === 'td')[0]).toMatchObject({
    attributes: { 'data-v': '0.30000000000000004' },
    text: '0.3',
  });
});

test('numbers below each other have as many decimals; not where one has many', () => {
  const cells = (numbers: number[]) =>
    elementsOf(htmlOf(table(numbers.map((n) => ({ n })))))
      .filter(({ name }) => name === 'td')
      .map(({ text }) => text);
  expect(cells([96.1, 97, 0.25])).toEqual(['96.10', '97.00', '0.25']);
  expect(cells([1, 20])).toEqual(['1', '20']);
  expect(cells([1.5, 0.12345])).toEqual(['1.5', '0.12345']);
  expect(cells([1.5, 0.00001])).toEqual(['1.5', '1e-5']);
});
