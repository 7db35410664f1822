/** A queue with its workers, as processes of their own, for the time of a measurement. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { whenInterrupted } from './ending.mjs';

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/**
 * Starts redis-server, which has to be installed, gives its URL to `use`, and ends it.
 * @param {(url: string) => Promise<T>} use
 * @template T
 */
export async function withRedis(use) {
  const folder = mkdtempSync(join(tmpdir(), 'nx-flow-redis-'));
  const port = await freePort();
  const args = [
    '--port',
    `${port}`,
    '--bind',
    '127.0.0.1',
    '--dir',
    folder,
    '--save',
    '',
    '--appendonly',
    'no',
  ];
  const child = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'ignore'] });
  const end = () => void child.kill('SIGKILL');
  const forget = whenInterrupted(end);
  try {
    await new Promise((ready, fail) => {
      child.once('error', () =>
        fail(new Error('redis-server is not installed, and this row measures a queue.')),
      );
      let said = '';
      child.stdout.setEncoding('utf8').on('data', (text) => {
        said += text;
        if (said.includes('Ready to accept connections')) ready();
      });
    });
    return await use(`redis://127.0.0.1:${port}`);
  } finally {
    end();
    forget();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/**
 * Starts workers that take tasks, and ends them.
 * @param {{ workspace: Workspace, url: string, count: number, slots: number }} options
 * @param {() => Promise<T>} use
 * @template T
 */
export async function withAgents({ workspace, url, count, slots }, use) {
  const agents = [];
  const end = () => {
    for (const agent of agents) agent.kill('SIGKILL');
  };
  const forget = whenInterrupted(end);
  try {
    for (let n = 0; n < count; n++) {
      const argv = ['agent.cjs', url, `${slots}`, workspace.path(`cache-${n}`)];
      const agent = spawn(process.execPath, argv, {
        cwd: workspace.folder,
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      });
      agents.push(agent);
      await once(agent, 'message');
    }
    return await use();
  } finally {
    end();
    forget();
  }
}
