/** Starts the process of a worker. */
import { packageFile } from '../../environment/package-root';
import type { ChannelListener } from '../../process/channel';
import { type StartedProcess, startProcess } from '../../process/start-process';
import type { FromWorker, ToWorker } from './protocol';

export interface WorkerOptions {
  file: string;
  flow: string;
  /** Options that were given for all steps. */
  with?: readonly string[];
  /** Options of the steps that are left out. */
  without?: readonly string[];
  /** The folder in which the flow is imported; by default this process's. */
  cwd?: string | undefined;
  /** The folder of the packages that it executes with, or empty. */
  kind: string;
}

export function startWorker(
  { file, flow, with: given = [], without = [], kind, cwd }: WorkerOptions,
  hear: ChannelListener<FromWorker>['message'],
): StartedProcess<ToWorker> {
  const color = process.env.FORCE_COLOR ?? (process.stdout.isTTY ? '1' : '0');
  const args = [file, flow, JSON.stringify({ with: given, without }), kind];
  return startProcess(packageFile('dist/worker.js'), args, { ...process.env, FORCE_COLOR: color }, hear, {
    apart: true,
    cwd,
  });
}
