/** Child processes, timed whole: from spawn to exit. */
import { spawn } from 'node:child_process';
import { interrupted, whenInterrupted } from './ending.mjs';

/** No single sample, build or install takes this long. */
const PATIENCE_MS = 20 * 60_000;
const never = () => new Promise(() => {});

/**
 * Runs this Node to its end and gives the milliseconds from spawn to exit.
 * @param {string[]} argv arguments of this Node
 * @returns {Promise<{ ms: number, stdout: string }>}
 */
export const timedNode = (argv, options) => timed(process.execPath, argv, options);

/**
 * @param {string} command
 * @param {string[]} argv
 * @returns {Promise<{ ms: number, stdout: string }>}
 */
export function timed(command, argv, { cwd, env = {} } = {}) {
  if (interrupted()) return never();
  return new Promise((resolve, reject) => {
    const begun = process.hrtime.bigint();
    const child = spawn(command, argv, {
      cwd,
      env: { ...quietEnv(), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: PATIENCE_MS,
      killSignal: 'SIGKILL',
    });
    const closed = new Promise((gone) => {
      child.once('close', gone).once('error', gone);
    });
    const forget = whenInterrupted(() => {
      child.kill('SIGTERM');
      return closed;
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
    child.once('close', (code, signal) => {
      // What comes after it would only race with the cleaning up.
      if (interrupted()) return;
      forget();
      if (code === 0) resolve({ ms, stdout: output.stdout });
      else
        reject(
          new Error(
            `${[command, ...argv].join(' ')} ended with ${code ?? signal}:\n${output.stdout}${output.stderr}`,
          ),
        );
    });
  });
}

/** Nothing of whoever runs the benchmark: no debugger, no profile, no settings of Nx; brokers leave with their clients. */
function quietEnv() {
  const kept = Object.entries(process.env).filter(([name]) => !/^(NX_|NODE_OPTIONS|FORCE_COLOR)/.test(name));
  return { ...Object.fromEntries(kept), CI: '1', NO_COLOR: '1' };
}
