import { thousands } from '../../src/definition/thousands';

test.each([0, 7, 999, 1000, 12_345, 999_999, 1_000_000, 2 ** 53 - 1, -5, -1234])(
  '%d as Intl writes it',
  (count) => {
    expect(thousands(count)).toBe(count.toLocaleString('en'));
  },
);
