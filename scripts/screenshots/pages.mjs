/** Each view of the page, on runs of examples/penguins. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const command = join(root, 'packages/flow-core/bin/nx-flow.js');

/** By name: an address, and a text that stands there when all of it is there. */
const VIEWS = {
  runs: ['/runs', 'penguins/2'],
  run: ['/run/penguins/2', 'judge'],
  task: ['/run/penguins/2?step=report', 'report', true],
  compare: ['/compare?a=penguins/2&b=penguins/1', 'seed'],
  spin: ['/spin?flow=penguins&step=report&run=2', 'Inputs'],
  start: ['/start?flow=penguins', 'seed'],
};

/** Gives `use` the scenes; the runs and the server are gone afterwards. */
export async function withPageScenes(use) {
  const store = mkdtempSync(join(tmpdir(), 'nx-flow-screenshots-'));
  const options = { cwd: root, env: { ...process.env, CI: '1' } };
  for (const seed of ['1', '5'])
    execFileSync(
      process.execPath,
      [command, 'run', 'penguins', `--params.seed=${seed}`, `--store=${store}`],
      {
        ...options,
        stdio: 'ignore',
      },
    );
  const server = spawn(process.execPath, [command, 'ui', '--json', '--port=0', `--store=${store}`], {
    ...options,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = new Promise((resolve) => server.once('close', resolve));
  try {
    const url = await new Promise((resolve, reject) => {
      let printed = '';
      server.stdout.setEncoding('utf8').on('data', (text) => {
        printed += text;
        const [, found] = /"url":\s*"([^"]*)"/.exec(printed) ?? [];
        if (found) resolve(found);
      });
      ended.then(() => reject(new Error(printed)));
    });
    const [origin, token] = url.split('/#');
    await use(
      Object.entries(VIEWS).map(([name, [path, shown, opens]]) => ({
        name: `page-${name}`,
        show: async (page) => {
          await page.goto('about:blank');
          await page.goto(`${origin}${path}#${token}`);
          await page.getByRole('main').getByText(shown).first().waitFor();
          if (opens) {
            await page.locator('.tasks [data-at] a').first().click();
            await page.frameLocator('iframe').first().locator('h1, h2').first().waitFor();
          }
          // Frames tell how high they are.
          await page.evaluate('new Promise((done) => setTimeout(done, 400))');
        },
      })),
    );
  } finally {
    server.kill('SIGTERM');
    await ended;
    rmSync(store, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}
