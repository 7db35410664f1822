/** A broker under strace, which kills it or lets its calls fail where the system would. Without strace there is none. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { packageFile } from '../../src/environment/package-root';

/** What writes. */
export const CALLS = ['write', 'rename', 'fdatasync', 'fsync', 'unlink'] as const;
export type Call = (typeof CALLS)[number];

let traces: boolean | undefined;

/** Whether processes can be traced here. */
export function canTrace(): boolean {
  traces ??= spawnSync('strace', ['-f', '-qq', '-o', '/dev/null', '-e', 'trace=rename', 'true']).status === 0;
  return traces;
}

/** What strace is to do at a call: `signal=KILL:when=3`, `error=EIO:when=2+`. */
export function traced(call: Call, what: string, command: readonly string[]): string[] {
  const asked = ['-e', `trace=${call}`, '-e', `inject=${call}:${what}`];
  return ['strace', '-f', '-qq', '-o', '/dev/null', ...asked, ...command];
}

export interface BrokerAtCall {
  /** Whether it was killed. */
  ended: Promise<boolean>;
}

/** A broker that nobody else has started; resolves when it listens, or was killed before. */
export async function startTraced(
  store: string,
  env: Record<string, string>,
  call: Call,
  what: string,
): Promise<BrokerAtCall> {
  mkdirSync(store, { recursive: true, mode: 0o700 });
  const program = [process.execPath, packageFile('dist/broker.js'), store, '0'];
  const [file = '', ...args] = traced(call, what, program);
  const child = spawn(file, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = once(child, 'exit').then(([, signal]) => signal === 'SIGKILL');
  await Promise.race([once(child.stdout, 'data').catch(() => {}), ended]);
  return { ended };
}

export const brokerKilledAt = (store: string, env: Record<string, string>, call: Call, nth: number) =>
  startTraced(store, env, call, `signal=KILL:when=${nth}`);
