import { FileCas } from '../../../src/store/cas/cas';
import { MemoryCas } from '../../../src/store/cas/memory-cas';
import { Artifacts, decodeArtifact } from '../../../src/store/values/artifacts';

test('a list is decoded once, and each reader of an item has a copy of its own', async () => {
  const cas = new MemoryCas();
  const read = jest.spyOn(cas, 'read');
  const artifacts = new Artifacts(cas);
  const cause = new TypeError('no number');
  const items = [
    { text: 'x'.repeat(40_000) },
    new Map([['a', new Set([1])]]),
    Buffer.from('bytes'),
    cause,
    7,
  ];
  const list = await artifacts.encode('items', items);
  expect(list.hash).toBeDefined();
  for (const [index, item] of items.entries()) {
    const [one, other] = [artifacts.item(list, index), artifacts.item(list, index)];
    expect(one).toEqual(item);
    expect(other).toEqual(item);
    if (typeof item === 'object') expect(one).not.toBe(other);
  }
  const changed = artifacts.item(list, 0) as { text: string };
  changed.text = '';
  expect(artifacts.item(list, 0)).toEqual(items[0]);
  expect(read).toHaveBeenCalledTimes(1);
});

test('an item of a list that a codec of the flow stored is read with the whole list', async () => {
  class Deck {
    constructor(readonly cards: string[]) {}
  }
  const deck = {
    id: 'deck',
    version: 1,
    match: (value: unknown) => Array.isArray(value) && value[0] instanceof Deck,
    encode: (value: Deck[]) => Buffer.from(JSON.stringify(value.map(({ cards }) => cards))),
    decode: (bytes: Uint8Array) =>
      JSON.parse(Buffer.from(bytes).toString()).map((cards: string[]) => new Deck(cards)),
  };
  const artifacts = new Artifacts(new MemoryCas(), [deck]);
  const list = await artifacts.encode('decks', [new Deck(['ace']), new Deck(['king'])]);
  const [one, other] = [artifacts.item(list, 1), artifacts.item(list, 1)];
  expect(one).toEqual(new Deck(['king']));
  expect(one).not.toBe(other);
});

test('bytes and records that no codec wrote are refused with a code', async () => {
  const cas = new MemoryCas();
  const artifacts = new Artifacts(cas);
  const json = await artifacts.encode('value', { a: 1 });
  const v8 = await artifacts.encode('value', new Map([['a', 1]]));
  const raw = await artifacts.encode('value', new Float64Array([1]));
  const wrong: object[] = [
    { ...json, bytes: Buffer.from('{"a":') },
    { ...json, bytes: undefined },
    { ...v8, bytes: Buffer.from('x') },
    { ...v8, bytes: v8.bytes?.subarray(0, 5) },
    // A special value whose packing is another.
    { ...v8, bytes: Buffer.concat([Buffer.of(1), (v8.bytes as Uint8Array).subarray(1)]) },
    { ...raw, bytes: raw.bytes?.subarray(0, 7) },
    { ...raw, type: 'Function(1)' },
    { ...json, type: { toString: 1 } },
    { ...json, codec: { toString: 1 } },
    { ...json, version: null },
    { ...json, version: [[]] },
  ];
  for (const record of wrong)
    expect(() => decodeArtifact(record as never, cas)).toThrow(
      expect.objectContaining({ code: 'FLOW_ARTIFACT_UNREADABLE' }),
    );
  const lost = expect.objectContaining({ code: 'FLOW_STORE_CORRUPT' });
  expect(() => decodeArtifact({ ...json, hash: 5 } as never, cas)).toThrow(lost);
  expect(() => decodeArtifact({ ...json, hash: 5 } as never, new FileCas('/nowhere'))).toThrow(lost);
});
