/**
 * Whether a step's folder is still valid: neither its files nor what its execution depended on have changed.
 * Nx hashes a project's whole configuration into each target, so a new step makes all of them miss the cache. A
 * `StepKey` does not contain it.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type Graph, parents, type StepNode } from '../../definition/graph';
import { stepFolder } from '../../environment/output-folders';
import { damageOf } from '../outputs/manifest';
import type { StepKey } from '../task/cache-keys';
import { DIGESTS_FILE } from './layout';

const KEY_FILE = 'key.txt';

export interface StepKeyOptions extends Pick<StepKey, 'code' | 'params' | 'user' | 'namespace'> {
  graph: Graph;
  step: StepNode;
  workspace: string;
}

/** The digest of the step's `StepKey`. Returns undefined when an earlier step has no handover. */
export function stepKeyDigest({ graph, step, workspace, ...rest }: StepKeyOptions): string | undefined {
  const { code, params, user, namespace } = rest;
  try {
    const before = parents(step).map((name) =>
      sha256(readFileSync(join(stepFolder(workspace, graph.flow, name), DIGESTS_FILE))),
    );
    const key: StepKey = { flow: graph.flow, step: step.name, before, code, params, user, namespace };
    return sha256(JSON.stringify(key));
  } catch {
    return undefined;
  }
}

export function isStillValid(folder: string, key: string): boolean {
  try {
    return readFileSync(join(folder, KEY_FILE), 'utf8') === key && damageOf(folder) === undefined;
  } catch {
    return false;
  }
}

/** The output of a step's tasks, in the order of its splits. */
export function logsOf(folder: string): string[] {
  const places = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (path) => basename(path) === 'log.txt' && !path.startsWith('artifacts'),
  );
  return places
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .map((path) => readFileSync(join(folder, path), 'utf8'));
}

export function writeKey(folder: string, key: string): void {
  writeFileSync(join(folder, KEY_FILE), key);
}

function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}
