/** Medians, and what paired samples say about a ratio: Wilcoxon's interval of the Hodges-Lehmann estimate. CommonJS, since jest loads it. */

/** A row is slower where its whole interval lies above this, and faster where it lies below one divided by this. */
const TOLERANCE = 1.03;
const LEVEL = 0.95;
/** With fewer pairs, even the widest interval (all of them above one) has a level below 95 %. */
const FEWEST_PAIRS = 6;

/** @param {number[]} numbers */
function quantile(numbers, q) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const at = (sorted.length - 1) * q;
  const low = sorted[Math.floor(at)];
  return low + (sorted[Math.ceil(at)] - low) * (at % 1);
}

const median = (numbers) => quantile(numbers, 0.5);

/**
 * The largest rank sum that rejects at the level, from the exact distribution of Wilcoxon's signed-rank statistic;
 * -1 where there are too few pairs.
 * @param {number} pairs
 */
function criticalValue(pairs, level = LEVEL) {
  const most = (pairs * (pairs + 1)) / 2;
  let chances = new Float64Array(most + 1);
  chances[0] = 1;
  // Rank after rank: each has its sign by a fair coin.
  for (let rank = 1; rank <= pairs; rank++) {
    const next = new Float64Array(most + 1);
    for (let sum = 0; sum <= most; sum++) {
      next[sum] = (chances[sum] + (sum >= rank ? chances[sum - rank] : 0)) / 2;
    }
    chances = next;
  }
  let tail = 0;
  let critical = -1;
  while (critical < most && tail + chances[critical + 1] <= (1 - level) / 2) tail += chances[++critical];
  return critical;
}

/**
 * The Hodges-Lehmann estimate (the median of the means of any two values, each with itself too) and its interval.
 * @param {number[]} values
 * @returns {{ estimate: number, low: number, high: number }} an interval without ends where there are too few values
 */
function hodgesLehmann(values, level = LEVEL) {
  const means = [];
  for (let i = 0; i < values.length; i++) {
    for (let j = i; j < values.length; j++) means.push((values[i] + values[j]) / 2);
  }
  means.sort((a, b) => a - b);
  const critical = criticalValue(values.length, level);
  const found = critical >= 0;
  return {
    estimate: quantile(means, 0.5),
    low: found ? means[critical] : Number.NEGATIVE_INFINITY,
    high: found ? means[means.length - 1 - critical] : Number.POSITIVE_INFINITY,
  };
}

/**
 * The ratio of paired samples with its 95 % interval, and what follows from it: `slower`, `faster`, `same` where the
 * interval lies within 3 %, `open` where it says neither.
 * @param {number[]} base
 * @param {number[]} ours taken in the same pairs
 * @returns {{ ratio: number, low: number, high: number, verdict: 'slower' | 'faster' | 'same' | 'open' }}
 */
function compare(base, ours) {
  if (base.length !== ours.length) throw new Error('Each sample needs its partner.');
  if (![...base, ...ours].every((value) => value > 0 && Number.isFinite(value)))
    throw new Error('A ratio takes numbers above zero.');
  const { estimate, low, high } = hodgesLehmann(ours.map((value, i) => Math.log(value / base[i])));
  const found = { ratio: Math.exp(estimate), low: Math.exp(low), high: Math.exp(high) };
  return { ...found, verdict: verdict(found.low, found.high) };
}

function verdict(low, high) {
  if (low > TOLERANCE) return 'slower';
  if (high < 1 / TOLERANCE) return 'faster';
  return low >= 1 / TOLERANCE && high <= TOLERANCE ? 'same' : 'open';
}

module.exports = { compare, criticalValue, FEWEST_PAIRS, hodgesLehmann, median, quantile, TOLERANCE };
