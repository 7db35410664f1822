import fc from 'fast-check';
import { AnyOf } from '../../../src/engine/secrets/any-of';

test('it finds what is there, and nothing else', () => {
  // Few signs, so that parts of one text are in others; and some whose pairs share a place.
  const text = (minLength: number, maxLength: number) =>
    fc.string({
      unit: fc.constantFrom('a', 'b', 'ab', '\u0000', 'é', '\ud83d', '\u8123'),
      minLength,
      maxLength,
    });
  fc.assert(
    fc.property(fc.array(text(2, 9), { minLength: 1, maxLength: 20 }), text(0, 60), (texts, long) => {
      const there = texts.flatMap((one) =>
        [...Array(long.length).keys()].filter((at) => long.startsWith(one, at)).map((at) => `${at} ${one}`),
      );
      const found = [...new AnyOf(texts).places(long)].map(([one, at]) => `${at} ${one}`);
      expect(new Set(found)).toEqual(new Set(there));
    }),
  );
  expect([...new AnyOf(['x'.repeat(600)]).places(`a${'x'.repeat(599)}`)]).toEqual([]);
  expect([...new AnyOf(['x'.repeat(600), 'yy']).places(`a${'x'.repeat(600)}`)]).toEqual([
    ['x'.repeat(600), 1],
  ]);
});
