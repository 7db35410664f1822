/** The files in which digests are published for Nx to hash: git ignores them, targets name them with `includeIgnored`. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { TargetConfiguration } from '@nx/devkit';

const KEYS = '.flow/keys';

/** A variable that is in the hash of every target of a flow, and set to something new where nothing could be published. */
export const UNPUBLISHED = 'NX_FLOW_UNPUBLISHED';

/** A variable that says since when, in milliseconds since 1970, what a command has published lies there. */
export const PUBLISHED_AT = 'NX_FLOW_PUBLISHED_AT';

/** The folder of a flow's keys: by its file, since two files may use one name. From the workspace root, with `/`. */
function folderOf(file: string, flow: string): string {
  // A path is a glob to Nx: of `[id]` in it, none of these files would be one.
  return `${KEYS}/${file.replace(/[^\w./@-]/gu, hex)}/${flow}`;
}

const hex = (character: string) => `%${(character.codePointAt(0) as number).toString(16)}`;

/** Everything of the code that can change what a step does. */
export function fingerprintFile(file: string, flow: string, step: string): string {
  return `${folderOf(file, flow)}/steps/${step}`;
}

/** Everything that the spins which the present command may execute would see. */
export function spinKeyFile(file: string, flow: string): string {
  return `${folderOf(file, flow)}/spin.json`;
}

/** What a snapshot depends on in addition to what Nx hashes. */
export function snapshotKeyFile(file: string, flow: string): string {
  return `${folderOf(file, flow)}/snapshot`;
}

/** Tells whether all of that lies there as it should. */
export function markerFile(file: string, flow: string): string {
  return `${folderOf(file, flow)}/published`;
}

type Input = NonNullable<TargetConfiguration['inputs']>[number];

/** The published file that an input names, from the workspace root. */
export function publishedBy(input: Input): string | undefined {
  const fileset = typeof input === 'object' && 'fileset' in input ? input.fileset : '';
  const file = fileset.replace('{workspaceRoot}/', '');
  return file.startsWith(`${KEYS}/`) ? file : undefined;
}

/** A file that stays as it is keeps its time stamp: Nx need not hash it again. */
export function writeIfOther(file: string, text: string): void {
  try {
    if (readFileSync(file, 'utf8') === text) return;
  } catch {
    mkdirSync(dirname(file), { recursive: true });
  }
  writeFileSync(file, text);
}
