/** The files in which digests are published for Nx. Targets name them with `includeIgnored`. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { TargetConfiguration } from '@nx/devkit';

/**
 * From the workspace root. Of a file that it does not ignore, Nx hashes what it read when the command began, which is
 * before anything is published: it would replay results of the keys before. This folder it never reads
 * by itself, whatever .gitignore and .nxignore say, and also when its workspace data is kept elsewhere.
 */
export const KEYS = '.nx/workspace-data/nx-flow-keys';

/** A variable in the hash of every target of a flow. It gets a new value each time publishing fails. */
export const UNPUBLISHED = 'NX_FLOW_UNPUBLISHED';

/** A variable with the time at which a command published, in milliseconds since 1970. */
export const PUBLISHED_AT = 'NX_FLOW_PUBLISHED_AT';

/** The folder of a flow's keys, by its file: two files may use one name. From the workspace root, with `/`. */
function folderOf(file: string, flow: string): string {
  // Nx reads a path as a glob: with `[id]` in it, none of these files would match.
  return `${KEYS}/${file.replace(/[^\w./@-]/gu, hex)}/${flow}`;
}

const hex = (character: string) => `%${(character.codePointAt(0) as number).toString(16)}`;

/** The folder with the fingerprints of a flow's steps. */
export function fingerprintFolder(file: string, flow: string): string {
  return `${folderOf(file, flow)}/steps`;
}

/** The file with all code that can change what a step does. */
export function fingerprintFile(file: string, flow: string, step: string): string {
  return `${fingerprintFolder(file, flow)}/${step}`;
}

/** The file with all that the current command's spins would see. */
export function spinKeyFile(file: string, flow: string): string {
  return `${folderOf(file, flow)}/spin.json`;
}

/** The file with what a snapshot depends on besides the files that Nx hashes. */
export function snapshotKeyFile(file: string, flow: string): string {
  return `${folderOf(file, flow)}/snapshot`;
}

/** The file that shows whether all of these files are up to date. */
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

/** Writes only a changed text, so that an unchanged file keeps its time stamp and Nx need not hash it again. */
export function writeIfOther(file: string, text: string): void {
  try {
    if (readFileSync(file, 'utf8') === text) return;
  } catch {
    mkdirSync(dirname(file), { recursive: true });
  }
  writeFileSync(file, text);
}
