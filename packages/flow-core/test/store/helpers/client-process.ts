/** Runs client.cjs, a process of its own that uses a store. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export function clientProcess(store: string, nonce: string, env: NodeJS.ProcessEnv = {}, ...rest: string[]) {
  const child = spawn(process.execPath, [join(__dirname, 'client.cjs'), store, nonce, ...rest], {
    stdio: 'pipe',
    env: { ...process.env, ...env },
  });
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, stderr }));
  return {
    line: async () => (await lines.next()).value as string | undefined,
    go: () => child.stdin.write('go\n'),
    end: () => child.stdin.end(),
    ended,
  };
}
