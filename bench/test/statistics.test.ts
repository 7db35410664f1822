/** What the benchmarks make of paired samples. */
import { compare, criticalValue, FEWEST_PAIRS, hodgesLehmann, median } from '../lib/statistics.cjs';

/** Pairs whose ratios scatter evenly by a tenth around the one given, out of order as noise is. */
function pairs(ratio: number, count = 40) {
  const noise = Array.from({ length: count }, (_, i) => ((i * 17) % count) / (count - 1) - 0.5);
  const base = noise.map((_, i) => 100 + 50 * Math.sin(i));
  return { base, ours: base.map((value, i) => value * ratio * Math.exp(0.1 * noise[i])) };
}

describe('the signed-rank statistic', () => {
  it('has the critical values of the published tables (two-sided, 5 %)', () => {
    const table = { 5: -1, 6: 0, 7: 2, 8: 3, 9: 5, 10: 8, 15: 25, 20: 52, 25: 89, 30: 137, 40: 264, 50: 434 };
    for (const [count, critical] of Object.entries(table)) {
      expect([count, criticalValue(Number(count))]).toEqual([count, critical]);
    }
  });

  it('gives the estimate and the interval by Walsh averages', () => {
    // Means of two: 1, 1.5 … 6; with six values the 95 % interval reaches from the least to the largest.
    expect(hodgesLehmann([1, 2, 3, 4, 5, 6])).toEqual({ estimate: 3.5, low: 1, high: 6 });
    // With seven, two means at each end are left out.
    expect(hodgesLehmann([1, 2, 3, 4, 5, 6, 100])).toMatchObject({ estimate: 4, low: 2, high: 52.5 });
  });

  it('has no interval where there are too few values', () => {
    expect(hodgesLehmann([1, 2, 3, 4, 5])).toEqual({
      estimate: 3,
      low: Number.NEGATIVE_INFINITY,
      high: Number.POSITIVE_INFINITY,
    });
    expect(criticalValue(FEWEST_PAIRS - 1)).toBe(-1);
    expect(criticalValue(FEWEST_PAIRS)).toBe(0);
  });
});

describe('two commits', () => {
  it('are the same where the interval lies within 3 %', () => {
    const { base, ours } = pairs(1);
    const { ratio, low, high, verdict } = compare(base, ours);
    expect(ratio).toBeCloseTo(1, 6);
    expect(low).toBeLessThan(1);
    expect(high).toBeGreaterThan(1);
    expect(verdict).toBe('same');
  });

  it('are told apart where all of the interval lies beyond 3 %', () => {
    const slower = pairs(1.06);
    expect(compare(slower.base, slower.ours).verdict).toBe('slower');
    expect(compare(slower.ours, slower.base).verdict).toBe('faster');
  });

  it('stay open where the interval lies across the bound', () => {
    const { base, ours } = pairs(1.03);
    expect(compare(base, ours).verdict).toBe('open');
  });

  it('are not slower by a few wild samples', () => {
    const { base, ours } = pairs(1);
    const wild = ours.map((value, i) => (i % 10 === 0 ? value * 20 : value));
    expect(compare(base, wild).verdict).not.toBe('slower');
    expect(median(wild.map((value, i) => value / base[i]))).toBeLessThan(1.03);
  });

  it('are the same where every sample is', () => {
    expect(compare([48, 48, 48, 48, 48, 48], [48, 48, 48, 48, 48, 48])).toEqual({
      ratio: 1,
      low: 1,
      high: 1,
      verdict: 'same',
    });
  });

  it('are not compared without partners, or by ratios that are none', () => {
    expect(() => compare([1, 2], [1])).toThrow('Each sample needs its partner.');
    expect(() => compare([1, 0], [1, 1])).toThrow('A ratio takes numbers above zero.');
  });
});
