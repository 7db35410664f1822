/** One row, measured: against its floor, or as two commits have it. What slows the machine down slows both, taken in turn. */
import statistics from './statistics.cjs';

const { compare, median, quantile } = statistics;

/**
 * What a row measures: a way to take one sample, and the figures that are read off it.
 * @typedef {object} Case
 * @property {string} what
 * @property {() => Promise<Record<string, number>>} ours takes a sample: its figures by name, such as `{ ms: 120, mb: 48 }`
 * @property {() => Promise<Record<string, number>>} [floor] the same figures of what it is measured against
 * @property {number} [warm] samples that are not counted, 2 where it does not say
 * @property {() => Promise<void>} [begin] before its samples
 * @property {() => Promise<void>} [end] after them
 * @property {Figure[]} figures
 *
 * @typedef {object} Figure
 * @property {string} of its name in a sample
 * @property {string} [what] where a case has several
 * @property {string} [unit] `ms` where it does not say
 * @property {number} [floor] a fixed amount, in the place of the floor's samples
 * @property {number} [goal] the most that it may be, times its floor
 * @property {number} [must] the weaker bound
 * @property {number} [most] in the place of a goal, what may be added to the floor
 * @property {(taken: { floor: number[], ours: number[] }, samples: object[]) => string | Promise<string>} [note]
 * @property {(taken: { floor: number[], ours: number[] }, samples: object[]) => string | undefined} [missed] which other condition does not hold
 * @property {boolean} [floorOnly] true where a ratio of two commits' figures would mislead
 * @property {boolean} [commitOnly] true where it has no floor
 */

/**
 * The lines of a row against its floor.
 * @param {{ samples: number, progress(news: string | number): void }} options
 */
export function againstFloor(row, build, { samples, progress }) {
  return row.open(build, async (cases) => {
    const lines = [];
    for (const one of cases) {
      progress(one.what);
      await one.begin?.();
      const floor = one.floor ?? (async () => ({}));
      const taken = await takeInTurn([floor, one.ours], {
        pairs: samples,
        warm: one.warm,
        order: () => [0, 1],
        progress,
      });
      for (const figure of one.figures) {
        if (!figure.commitOnly) lines.push(await line(one, figure, taken));
      }
      await one.end?.();
    }
    return lines;
  });
}

/**
 * The lines of a row that compare two builds. Both have their workspace at the same time.
 * @param {{ base: Build, ours: Build }} builds
 * @param {{ pairs: number, progress(news: string | number): void }} options
 */
export function againstCommit(row, builds, { pairs, progress }) {
  const options = { compared: true };
  return row.open(
    builds.base,
    (baseCases) =>
      row.open(
        builds.ours,
        async (ourCases) => {
          const lines = [];
          for (const [i, ours] of ourCases.entries()) {
            const base = baseCases[i];
            progress(ours.what);
            await base.begin?.();
            await ours.begin?.();
            const taken = await takeInTurn([base.ours, ours.ours], {
              pairs,
              warm: ours.warm,
              // A B, B A: whoever comes second is the same one as often as the other.
              order: (pair) => (pair % 2 === 0 ? [0, 1] : [1, 0]),
              progress,
            });
            for (const figure of ours.figures) {
              if (!figure.floorOnly) lines.push(comparedLine(ours, figure, taken));
            }
            await base.end?.();
            await ours.end?.();
          }
          return lines;
        },
        options,
      ),
    options,
  );
}

/** Takes samples of two, pair after pair. */
async function takeInTurn(two, { pairs, warm = 2, order, progress }) {
  const taken = [[], []];
  for (let pair = -warm; pair < pairs; pair++) {
    for (const which of order(Math.abs(pair))) {
      const sample = await two[which]();
      if (pair >= 0) taken[which].push(sample);
    }
    if (pair >= 0) progress(pair + 1);
  }
  return taken;
}

const named = (one, figure) => (figure.what ? `${one.what}: ${figure.what}` : one.what);

async function line(one, figure, [floors, samples]) {
  const { of, unit = 'ms', goal = Number.POSITIVE_INFINITY, must = goal, most } = figure;
  const taken = {
    ours: samples.map((sample) => sample[of]),
    floor: samples.map((_, i) => figure.floor ?? floors[i][of]),
  };
  const floor = median(taken.floor);
  const ours = median(taken.ours);
  const ratio = ours / floor;
  const each = taken.ours.map((value, i) => value / taken.floor[i]);
  const over = most !== undefined && ours - floor > most;
  const missed = figure.missed?.(taken, samples);
  const verdict = ratio > must || over || missed ? 'missed' : ratio > goal ? 'must' : 'goal';
  const bound = most !== undefined ? `+ ≤ ${most} ${unit}` : Number.isFinite(goal) ? `≤ ${goal} ×` : '';
  const added = `${ours < floor ? '−' : '+'} ${round(Math.abs(ours - floor))} ${unit}`;
  return {
    what: named(one, figure),
    floor: `${round(floor)} ${unit}`,
    ours: `${round(ours)} ${unit}`,
    ratio: `${ratio.toFixed(2)} ×`,
    spread: `${quantile(each, 0.25).toFixed(2)}–${quantile(each, 0.75).toFixed(2)}`,
    goal: `${bound}${must > goal ? ` (must ≤ ${must} ×)` : ''}`,
    verdict: missed ? `${verdict}: ${missed}` : bound === '' ? '' : verdict,
    samples: samples.length,
    note: most === undefined ? ((await figure.note?.(taken, samples)) ?? '') : added,
  };
}

const OF_MEMORY = { slower: 'larger', faster: 'smaller' };

function comparedLine(one, { of, unit = 'ms', ...figure }, [bases, samples]) {
  const base = bases.map((sample) => sample[of]);
  const ours = samples.map((sample) => sample[of]);
  const { ratio, low, high, verdict } = compare(base, ours);
  return {
    what: named(one, figure),
    base: `${round(median(base))} ${unit}`,
    ours: `${round(median(ours))} ${unit}`,
    ratio: `${ratio.toFixed(3)} ×`,
    interval: `${low.toFixed(3)}–${high.toFixed(3)}`,
    verdict: unit === 'ms' ? verdict : (OF_MEMORY[verdict] ?? verdict),
    worse: verdict === 'slower',
    samples: samples.length,
  };
}

export function round(value) {
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3);
}
