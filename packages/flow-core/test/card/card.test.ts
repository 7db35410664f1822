import {
  createCard,
  json,
  lineChart,
  log,
  markdown,
  progress,
  row,
  section,
  table,
  tabs,
  value,
} from '../../src/card';
import { blockOf, documentOf } from './card';

function heard() {
  let changes = 0;
  const card = createCard({ now: () => 0, onChange: () => void changes++ });
  const since = () => {
    const count = changes;
    changes = 0;
    card.toDocument();
    return count;
  };
  return { card, since };
}

test('to change a handle is enough, wherever it lies', () => {
  const { card, since } = heard();
  const inCell = value(1);
  const inTab = progress({ total: 3 });
  const rows = [{ a: inCell }];
  const t = card.add(table(rows));
  card.add(section('S', [row([tabs({ one: [inTab] })])]));
  card.title = 'T';
  expect(since()).toBe(3);
  inCell.value = 2;
  inTab.value++;
  expect(since()).toBe(2);
  rows.push({ a: value(3) });
  expect(since()).toBe(0);
  t.update();
  expect(since()).toBe(1);
  expect(card.toDocument()).toMatchObject({
    version: 1,
    title: 'T',
    blocks: [{ rows: [[{ block: { value: 2 } }], [{ block: { value: 3 } }]] }, { title: 'S' }],
  });
});

test('what a card does not show any more does not change it', () => {
  const { card, since } = heard();
  const m = card.add('text');
  since();
  m.text = 'other';
  expect(since()).toBe(1);
  card.clear();
  expect(since()).toBe(1);
  m.text = 'again';
  expect(since()).toBe(0);
  expect(card.size).toBe(0);
});

test('a walk that changes a handle does not call itself', () => {
  const { card, since } = heard();
  const p = progress();
  card.add(
    table([
      {
        get a() {
          return p.value++;
        },
      },
    ]),
  );
  card.add(p);
  since();
  expect(since()).toBe(0);
});

test('methods add, and tell', () => {
  const { card, since } = heard();
  const l = card.add(log('a\nb'));
  const c = card.add(lineChart([{ x: 1 }]));
  since();
  l.write('c\n');
  c.add({ x: 2 });
  expect(since()).toBe(2);
  expect(card.toDocument().blocks).toMatchObject([{ lines: ['a', 'b', 'c'] }, { series: [{ y: [1, 2] }] }]);
});

test('a document is JSON, and small', () => {
  const given = documentOf('text', json({ a: [1, new Map([['k', 2n]])] }), markdown('m'));
  expect(JSON.parse(JSON.stringify(given))).toEqual(given);
});

test('what lies in itself, or too deep, is told; the others go on', () => {
  const s = section('S');
  s.add(s);
  s.add('after');
  expect(blockOf(s)).toMatchObject({
    blocks: [{ type: 'error', text: 'items[0]: it lies in itself' }, { text: 'after' }],
  });
  let deep = section('0');
  for (let i = 0; i < 30; i++) deep = section(String(i), [deep]);
  expect(JSON.stringify(blockOf(deep))).toMatch(/more than 12 components deep/);
});

test('a progress has its rate and the time left by the clock it is given', () => {
  let now = 1_000;
  const card = createCard({ now: () => now });
  const p = card.add(progress({ total: 100 }));
  card.toDocument();
  now += 10_000;
  p.value = 20;
  expect(card.toDocument().blocks[0]).toMatchObject({ value: 20, rate: 2, remaining: 40, elapsed: 10 });
  now += 40_000;
  p.value = 100;
  card.toDocument();
  now += 99_000;
  expect(card.toDocument().blocks[0]).toMatchObject({ rate: 2, elapsed: 50 });
  p.value = 0;
  expect(card.toDocument().blocks[0]).not.toHaveProperty('rate', 2);
});

test('a card is bounded, whatever is added to it', () => {
  const text = 'x'.repeat(200_000);
  const blocks = documentOf(...new Array(1_000).fill(text)).blocks;
  expect(blocks.at(0)).toMatchObject({ type: 'markdown' });
  expect(blocks.at(-1)).toMatchObject({ type: 'error', text: expect.stringMatching(/^the card is full/) });
  const many = documentOf(table(new Array(9_000).fill({ v: value(1) }), { limit: 9_000 }));
  expect(JSON.stringify(many)).toMatch(/a card shows 5,000 components/);
});

test('a handle is heard before anybody has looked, however deep it lies, and wherever it is put', () => {
  let changes = 0;
  const card = createCard({ now: () => 0, onChange: () => void changes++ });
  const heardOf = (change: () => void) => {
    const before = changes;
    change();
    return changes > before;
  };
  const [inRow, inTab, inCell, late, moved, replaced] = [1, 2, 3, 4, 5, 6].map((n) => value(n));
  const rows: { a: unknown }[] = [{ a: inCell }];
  const t = table(rows);
  const s = section('S', [row([inRow as never]), tabs({ one: [inTab as never] }), t]);
  card.add(s);
  for (const one of [inRow, inTab, inCell])
    expect(heardOf(() => Object.assign(one as object, { value: 9 }))).toBe(true);
  card.toDocument();
  // Added to what lies in a container, moved to another, replaced in a cell: each tells the card, and then it listens.
  const inner = section('I');
  s.add(inner);
  inner.add(late as never);
  expect(heardOf(() => Object.assign(late as object, { value: 9 }))).toBe(true);
  card.toDocument();
  s.items = [row([moved as never]), t];
  rows[0] = { a: replaced };
  t.update();
  for (const one of [moved, replaced])
    expect(heardOf(() => Object.assign(one as object, { value: 9 }))).toBe(true);
  card.toDocument();
  // Nothing of it lies in the card any more.
  expect(heardOf(() => Object.assign(inRow as object, { value: 8 }))).toBe(false);
  expect(heardOf(() => Object.assign(late as object, { value: 8 }))).toBe(false);
  card.add('more');
  card.close();
  expect(heardOf(() => Object.assign(moved as object, { value: 7 }))).toBe(false);
});

test('one that lies in two cards is heard by both, also by the one that nobody has looked at', () => {
  const changes = { a: 0, b: 0 };
  const a = createCard({ now: () => 0, onChange: () => void changes.a++ });
  const b = createCard({ now: () => 0, onChange: () => void changes.b++ });
  const p = progress();
  a.add(p);
  a.toDocument();
  b.add(section('S', [p]));
  const before = { ...changes };
  p.value = 1;
  expect(changes).toEqual({ a: before.a + 1, b: before.b + 1 });
  b.close();
});
