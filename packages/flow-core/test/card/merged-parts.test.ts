/** Many parts as one card: bounded in memory, in the file and in the work. */
import { type CardDocument, MergedParts, type PlacedPart, renderCard } from '../../src/card';

const part = (index: number, text = `part ${index}`, more: Partial<PlacedPart> = {}): PlacedPart => ({
  index: [index],
  of: 10_000,
  blocks: [
    { type: 'progress', title: 'Texts', value: index % 3, total: 3 },
    { type: 'markdown', text },
  ],
  rows: { columns: ['split', 'n'], rows: [[`s${index}`, 1]], of: 1 },
  totals: ['n'],
  ...more,
});

const blocksOf = ({ blocks }: CardDocument) => blocks as unknown as { [name: string]: unknown }[];

test('whatever the order in which they come, the card is the same', () => {
  const [up, down] = [new MergedParts(), new MergedParts()];
  for (let i = 0; i < 50; i++) {
    up.set(part(i));
    down.set(part(49 - i));
  }
  expect(down.toDocument()).toEqual(up.toDocument());
  up.set(part(7, 'again'));
  expect(JSON.stringify(up.toDocument())).toContain('again');
  expect(up.size).toBe(50);
});

test('of 10,000 splits the card stays below 2 MB, and says what is not in it; sums count all', () => {
  const merged = new MergedParts();
  const text = 'x'.repeat(2_000);
  for (let i = 9_999; i >= 0; i--) merged.set(part(i, text));
  const document = merged.toDocument();
  const [splits, texts, rows] = blocksOf(document);
  expect(splits).toMatchObject({ title: 'Splits', value: 10_000, total: 10_000 });
  expect(texts).toMatchObject({ title: 'Texts, together', value: 9_999, total: 30_000 });
  // A column of the user's has the name that ours would have.
  expect(rows).toMatchObject({ columns: ['#', 'split', 'n'], of: 10_000, totals: { 2: 10_000 } });
  const last = blocksOf(document).at(-1);
  expect(last?.text).toMatch(/^What 9,\d\d\d of 10,000 tasks show is not here/);
  expect(Buffer.byteLength(renderCard(document))).toBeLessThan(2_000_000);
  expect(blocksOf(document)[3]).toMatchObject({ title: 'Split 0' });
});

test('what comes later to an early split is shown, whatever was there before', () => {
  const merged = new MergedParts();
  const text = 'x'.repeat(100_000);
  for (let i = 1; i < 60; i++) merged.set(part(i, text));
  merged.set(part(0, 'the first'));
  merged.set(part(30, 'small now'));
  const titles = blocksOf(merged.toDocument()).map(({ title }) => title);
  expect(titles.slice(3, 5)).toEqual(['Split 0', 'Split 1']);
  expect(blocksOf(merged.toDocument())[1]).toMatchObject({ total: 180 });
});
