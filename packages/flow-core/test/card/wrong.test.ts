/** What a component cannot show, in the place of all that it is given: the step goes on, and the card tells it. */
import * as card from '../../src/card';
import { blockOf, documentOf } from './card';

const endless = () => ({
  *[Symbol.iterator]() {
    for (;;) yield { a: 1 };
  },
});

function* generator() {
  for (;;) yield 'x';
}

const throwing = {
  get [Symbol.iterator](): never {
    throw new Error('not this one');
  },
  get title(): never {
    throw new Error('nor this one');
  },
};

const nothing = new Proxy({}, { get: fail, has: fail, ownKeys: fail, getPrototypeOf: fail });

function fail(): never {
  throw new Error('a Proxy');
}

const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`k${i}`, i]));

const huge = 10n ** 200_000n;
const long = Buffer.alloc(2_000_000, 'x').toString();
const manyLines = 'x\n'.repeat(100_000);
const bytes = Buffer.alloc(150_000);

const WRONG: [string, () => unknown][] = [
  ['a number', () => 5],
  ['a bigint', () => 10n ** 5_000n],
  ['a huge bigint', () => huge],
  ['null', () => null],
  ['a symbol', () => Symbol('x')],
  ['a function', () => () => 1],
  ['what only has a length', () => ({ length: 1e9 })],
  ['a vector without an end', () => ({ length: 1e9, get: () => 1 })],
  ['an endless iterable', endless],
  ['an endless generator', generator],
  ['what throws as it is iterated', () => throwing],
  ['a Proxy that throws', () => nothing],
  ['an array of holes', () => new Array(1e9)],
  ['a row of holes', () => [new Array(1e9)]],
  ['a long text', () => long],
  ['a text of many lines', () => manyLines],
  ['many bytes', () => bytes],
  ['an object of many properties', () => many],
  ['globalThis', () => globalThis],
  ['process', () => process],
];

const OTHER = new Set(['createCard', 'renderCard', 'renderBlocks', 'MergedParts']);
const components = Object.entries(card).filter(
  ([name, of]) => typeof of === 'function' && !OTHER.has(name),
) as [
  string,
  (...given: unknown[]) => card.Shown & { add?(item: unknown): void; write?(text: unknown): void },
][];

const optionsOf = (wrong: () => unknown) =>
  Object.fromEntries(
    'title columns rows x y by bins trend before unit total value marked height width alt first language totals limit pageSize open xLabel yUnit'
      .split(' ')
      .map((name) => [name, wrong()]),
  );

const rows = [{ a: 1, b: 'x' }];

describe.each(WRONG)('%s', (_name, wrong) => {
  test.each(components)('as what %s shows, and as its options', (_component, of) => {
    const looks = [
      of(wrong()),
      of('name', wrong()),
      of([], wrong()),
      of(wrong(), wrong()),
      of(rows, optionsOf(wrong)),
      of(optionsOf(wrong)),
    ];
    for (const shown of looks) {
      if (typeof shown === 'string') continue;
      shown.add?.({ a: 1 });
      shown.write?.(wrong());
    }
    for (const shown of looks) {
      const { blocks } = documentOf(shown);
      expect(blocks).toHaveLength(1);
      expect(JSON.stringify(blocks).length).toBeLessThan(40_000_000);
    }
  });
});

test('what is no list is told with the name of the property', () => {
  for (const make of [card.columns, card.row, card.events] as ((items: never) => card.Shown)[]) {
    expect(blockOf(make(5 as never))).toMatchObject({
      type: 'error',
      text: expect.stringMatching(/^items has to be .*, not 5$/),
    });
    expect(blockOf(make(generator() as never))).toMatchObject({
      type: 'error',
      text: expect.stringMatching(/^items has more than 100,000 items/),
    });
  }
  expect(blockOf(card.log(5 as never))).toMatchObject({
    text: expect.stringMatching(/^lines has to be .*, not 5$/),
  });
  expect(blockOf(card.value(1, 5 as never))).toMatchObject({
    text: expect.stringMatching(/^options have to be an object, not 5$/),
  });
});

test('an iterator is read once, and its items are the handle’s own', () => {
  const given = ['a', 'b'];
  const shown = card.row(given.values() as never);
  expect(blockOf<card.LayoutBlock>(shown).blocks).toHaveLength(2);
  expect(blockOf<card.LayoutBlock>(shown).blocks).toHaveLength(2);
  shown.items.pop();
  shown.add('c');
  expect(blockOf<card.LayoutBlock>(shown).blocks).toEqual([
    { type: 'markdown', text: 'a' },
    { type: 'markdown', text: 'c' },
  ]);
  expect(given).toEqual(['a', 'b']);
});

test('what was wrong is shown when it is assigned anew', () => {
  const shown = card.events(generator() as never);
  expect(blockOf(shown)).toMatchObject({ type: 'error' });
  shown.items = [];
  shown.add({ kind: 'tool' });
  expect(blockOf(shown)).toMatchObject({ type: 'events', of: 1 });
});

test('to add to what is no array is told', () => {
  const chart = card.lineChart(new Float64Array(3));
  chart.add(1);
  expect(blockOf(chart)).toMatchObject({ text: expect.stringMatching(/^data has to be an array for add/) });
  chart.data = [1, 2];
  expect(blockOf(chart)).toMatchObject({ type: 'line', of: 2 });
});

test('of more components than a card shows, the rest is counted', () => {
  const { blocks } = documentOf(card.row(Array.from({ length: 200_000 }, () => 'x')));
  const shown = (blocks[0] as card.LayoutBlock).blocks;
  expect(shown.length).toBeLessThan(5_010);
  expect(shown.at(-1)).toMatchObject({
    type: 'error',
    text: expect.stringMatching(/^195,00\d more are not shown$/),
  });
});
