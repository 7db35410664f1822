/** Starts the process of a worker. */
import { type ChildProcess, fork } from 'node:child_process';
import { packageFile } from '../../environment/package-root';

export interface WorkerOptions {
  file: string;
  flow: string;
  /** Options that were given for all steps. */
  with?: readonly string[];
  /** The folder of the packages that it executes with, or empty. */
  kind: string;
}

export function forkWorker({ file, flow, with: given = [], kind }: WorkerOptions): ChildProcess {
  return fork(packageFile('dist/worker.js'), [file, flow, JSON.stringify(given), kind], {
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    execArgv: [],
    env: { ...process.env, FORCE_COLOR: process.env.FORCE_COLOR ?? (process.stdout.isTTY ? '1' : '0') },
  });
}
