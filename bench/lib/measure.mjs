/** Times, taken in turn: floor, ours, floor, ours. What slows the machine down slows both. */
import { spawn } from 'node:child_process';

/**
 * Runs a process to its end and gives the milliseconds from spawn to exit.
 * @param {string[]} argv arguments of this Node
 * @returns {Promise<{ ms: number, stdout: string }>}
 */
export function timedNode(argv, { cwd, env = {} } = {}) {
  return new Promise((resolve, reject) => {
    const begun = process.hrtime.bigint();
    const child = spawn(process.execPath, argv, {
      cwd,
      env: { ...quietEnv(), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let ms = 0;
    const output = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text) => {
      output.stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      output.stderr += text;
    });
    child.once('error', reject);
    child.once('exit', () => {
      ms = Number(process.hrtime.bigint() - begun) / 1e6;
    });
    child.once('close', (code) => {
      if (code === 0) resolve({ ms, stdout: output.stdout });
      else reject(new Error(`node ${argv.join(' ')} ended with ${code}:\n${output.stdout}${output.stderr}`));
    });
  });
}

/** Nothing of whoever runs the benchmark: no debugger, no profile, no settings of Nx; brokers leave with their clients. */
function quietEnv() {
  const kept = Object.entries(process.env).filter(([name]) => !/^(NX_|NODE_OPTIONS|FORCE_COLOR)/.test(name));
  return { ...Object.fromEntries(kept), CI: '1', NO_COLOR: '1' };
}

/**
 * Takes both in turn, so many times, after warming both up.
 * @param {{ floor(): Promise<number>, ours(): Promise<number>, samples: number, warm?: number, progress?(done: number): void }} pair
 * @returns {Promise<{ floor: number[], ours: number[] }>} milliseconds
 */
export async function alternate({ floor, ours, samples, warm = 2, progress = () => {} }) {
  for (let i = 0; i < warm; i++) {
    await floor();
    await ours();
  }
  const taken = { floor: [], ours: [] };
  for (let i = 0; i < samples; i++) {
    taken.floor.push(await floor());
    taken.ours.push(await ours());
    progress(i + 1);
  }
  return taken;
}

/** @param {number[]} numbers */
export function quantile(numbers, q) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const at = (sorted.length - 1) * q;
  const low = sorted[Math.floor(at)];
  return low + (sorted[Math.ceil(at)] - low) * (at % 1);
}

export const median = (numbers) => quantile(numbers, 0.5);

/**
 * One line of the table, out of samples taken in turn.
 * @param {{ what: string, taken: { floor: number[], ours: number[] }, goal?: number, must?: number, most?: number, unit?: string, note?: string, missed?: string }} given
 *   `most`, in the place of a goal, is what may be added to the floor; `missed` says which other condition does not hold.
 */
export function line({
  what,
  taken,
  goal = Number.POSITIVE_INFINITY,
  must = goal,
  most,
  unit = 'ms',
  note = '',
  missed,
}) {
  const floor = median(taken.floor);
  const ours = median(taken.ours);
  const ratio = ours / floor;
  const each = taken.ours.map((value, i) => value / taken.floor[i]);
  const over = most !== undefined && ours - floor > most;
  const verdict = ratio > must || over || missed ? 'missed' : ratio > goal ? 'must' : 'goal';
  const bound = most !== undefined ? `+ ≤ ${most} ${unit}` : Number.isFinite(goal) ? `≤ ${goal} ×` : '';
  return {
    what,
    floor: `${round(floor)} ${unit}`,
    ours: `${round(ours)} ${unit}`,
    ratio: `${ratio.toFixed(2)} ×`,
    spread: `${quantile(each, 0.25).toFixed(2)}–${quantile(each, 0.75).toFixed(2)}`,
    goal: `${bound}${must > goal ? ` (must ≤ ${must} ×)` : ''}`,
    verdict: missed ? `${verdict}: ${missed}` : bound === '' ? '' : verdict,
    samples: taken.ours.length,
    note: most === undefined ? note : `${ours < floor ? '−' : '+'} ${round(Math.abs(ours - floor))} ${unit}`,
  };
}

export function round(value) {
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3);
}
