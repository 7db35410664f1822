/** The backend of a Runner: by the flow's file in child processes, by the flow itself in this one. */
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FlowError } from '../definition/errors';
import { requireGraph } from '../definition/flow';
import { storeFolder } from '../environment/store-folder';
import { findWorkspace } from '../environment/workspace';
import { looksLikeFile } from '../source/find';
import type { Backend } from './backend';
import { ChildProcesses } from './child-process';
import { importTimeoutOf } from './import-timeout';
import { InProcess } from './in-process';
import type { RunnerOptions } from './types';

/** @throws FlowError FLOW_NOT_A_FLOW, FLOW_NOT_FOUND, FLOW_USAGE */
export function backendOf(flow: unknown, options: RunnerOptions): Backend {
  const { store } = options;
  if (typeof flow !== 'string' && !isUrl(flow))
    return new InProcess(requireGraph(flow), folderOf(store, process.cwd()));
  const file = requireFile(flow);
  return new ChildProcesses(file, folderOf(store, dirname(file)), importTimeoutOf(options));
}

function isUrl(flow: unknown): flow is URL {
  return Object.prototype.toString.call(flow) === '[object URL]';
}

function requireFile(flow: string | URL): string {
  const text = typeof flow === 'string' ? flow : fileURLToPath(flow);
  if (!looksLikeFile(text)) {
    throw new FlowError(
      'FLOW_USAGE',
      `"${text}" is not a file: give the flow's file, such as ${text}.flow.ts.`,
    );
  }
  const file = resolve(text);
  if (existsSync(file)) return file;
  throw new FlowError('FLOW_NOT_FOUND', `There is no file ${file}.`);
}

/** The store's folder. Undefined means the runner's own store. */
function folderOf(store: string | undefined, from: string): string | undefined {
  if (store === undefined) return undefined;
  return store === 'workspace' ? storeFolder(findWorkspace(from), process.cwd()) : resolve(store);
}
