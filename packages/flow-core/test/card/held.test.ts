/** A component that is given no list, or an endless one, says so, or shows some: the step goes on. */
import { columns, createCard, events, log, renderCard, row, section } from '../../src/card';

const endless = {
  *[Symbol.iterator]() {
    for (;;) yield 'x';
  },
};
const throwing = {
  // biome-ignore lint/correctness/useYield: it throws before
  *[Symbol.iterator]() {
    throw new Error('not yet');
  },
};

test.each([
  ['a number', 1],
  ['a bigint', 1n],
  ['no list', { length: 1e9 }],
  ['throwing', throwing],
  ['endless', endless],
  ['huge', new Array(1e9)],
])('%s', (_, given) => {
  const card = createCard({ now: () => 0 });
  for (const make of [columns, row, events, log, (items: never) => section('title', items)])
    card.add(make(given as never));
  const l = card.add(log(given as never));
  l.write('more');
  card.add(columns(given as never)).add('more');
  card.add('after it');
  expect(renderCard(card.toDocument())).toContain('after it');
});

test('a text is no list of components, and what an iterable gives is', () => {
  const card = createCard({ now: () => 0 });
  card.add(columns('abc' as never));
  card.add(row(new Set(['one', 'two']) as never));
  const file = renderCard(card.toDocument());
  expect(file).toContain('has to be an array of components');
  expect(file).toContain('two');
});
