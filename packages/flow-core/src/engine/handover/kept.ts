/**
 * Whether a step's folder still stands: everything that its execution depended on is what it was, and so is every file.
 * Nx hashes a project's whole configuration into each target, so that a new step makes all of them miss; this does not.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Graph, parents, type StepNode } from '../../definition/graph';
import { SEEN_FILE, stepFolder } from './layout';

const KEPT_FILE = 'kept.json';

interface Kept {
  key: string;
  /** Every file of the folder, from there, with the sha256 of its bytes. */
  files: Record<string, string>;
}

export interface KeyOptions {
  graph: Graph;
  step: StepNode;
  workspace: string;
  /** What only the caller knows: the step's fingerprint, and the files that it may read. */
  given: string;
  /** As they were given: what schemas make of them is in the fingerprint. */
  params: Record<string, unknown>;
  user: string;
  namespace: string;
}

/** Undefined where a step before it has handed nothing over. */
export function keyOf({ graph, step, workspace, ...rest }: KeyOptions): string | undefined {
  try {
    const seen = parents(step).map((name) =>
      hashOf(join(stepFolder(workspace, graph.flow, name), SEEN_FILE)),
    );
    return sha256(JSON.stringify([graph.flow, step.name, seen, rest]));
  } catch {
    return undefined;
  }
}

export function isKept(folder: string, key: string): boolean {
  try {
    const kept: Kept = JSON.parse(readFileSync(join(folder, KEPT_FILE), 'utf8'));
    return kept.key === key && JSON.stringify(kept.files) === JSON.stringify(filesOf(folder));
  } catch {
    return false;
  }
}

/** The last file that is written into a folder. */
export function writeKept(folder: string, key: string): void {
  const kept: Kept = { key, files: filesOf(folder) };
  writeFileSync(join(folder, KEPT_FILE), `${JSON.stringify(kept)}\n`);
}

function filesOf(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== KEPT_FILE)
    .map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(names.sort().map((file) => [file.slice(folder.length + 1), hashOf(file)]));
}

const hashOf = (file: string) => sha256(readFileSync(file));

function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}
