/** Runs of the examples, and the page that shows them. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const command = join(root, 'packages/flow-core/bin/nx-flow.js');
const options = { cwd: root, env: { ...process.env, CI: '1', PORT: '0' } };

/**
 * Serves the page on a store that has runs of penguins, of reviews, and one that failed. All of it is gone afterwards.
 * @template T
 * @param {(served: { origin: string, token: string, nxFlow(...args: string[]): Promise<unknown> }) => Promise<T>} use
 * @returns {Promise<T>}
 */
export async function withPage(use) {
  const store = mkdtempSync(join(tmpdir(), 'flows-'));
  const nxFlow = (...args) => ended(start([command, ...args, `--store=${store}`]));
  try {
    return await withProcess(
      ['--import', 'tsx', 'examples/reviews/serve.ts'],
      /at (http\S+)/,
      async (url) => {
        await nxFlow('run', 'reviews', '--params.url=http://127.0.0.1:4009');
        for (const prompt of [[], ['--params.prompt=examples/reviews/careful.txt']])
          await nxFlow('run', 'reviews', `--params.url=${url}`, '--params.limit=50', ...prompt);
        await nxFlow('run', 'penguins', '--params.seed=1');
        await nxFlow('run', 'penguins', '--params.seed=5', '--tag=best');
        const ui = [command, 'ui', '--json', '--port=0', `--store=${store}`];
        return await withProcess(ui, /"url":\s*"([^"]*)"/, (shown) => {
          const [origin, token] = shown.split('/#');
          return use({ origin, token, nxFlow });
        });
      },
    );
  } finally {
    rmSync(store, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

const start = (args) => spawn(process.execPath, args, { ...options, stdio: ['ignore', 'pipe', 'ignore'] });

/** A run may fail: it is shown, too. */
function ended(child) {
  child.stdout.resume();
  return new Promise((resolve) => child.once('close', resolve));
}

/** Goes on until `use` has ended. It is given what the process prints about its address. */
async function withProcess(args, address, use) {
  const child = start(args);
  const closed = new Promise((resolve) => child.once('close', resolve));
  try {
    const url = await new Promise((resolve, reject) => {
      let printed = '';
      child.stdout.setEncoding('utf8').on('data', (text) => {
        printed += text;
        const [, found] = address.exec(printed) ?? [];
        if (found) resolve(found);
      });
      closed.then(() => reject(new Error(`${args.join(' ')} has ended: ${printed}`)));
    });
    return await use(url);
  } finally {
    child.kill('SIGTERM');
    await closed;
  }
}
