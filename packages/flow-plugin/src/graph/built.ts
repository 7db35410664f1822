/** Which flows use libraries as they were built: their targets need the builds of the projects that they depend on. */
import { existsSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import type { TargetConfiguration } from '@nx/devkit';
import { FileCache } from '../nx/file-cache';
import type { SourceFile } from './sources';

type Inputs = NonNullable<TargetConfiguration['inputs']>;

/** Nx builds the projects that the flow's project depends on, first. */
export const BUILD_FIRST = '^build';

/**
 * What a target that uses built libraries depends on, too. It is hashed after the builds, since what was published for
 * it was read before them. The sources count, should a build declare no outputs.
 */
const OF_BUILDS: Inputs = [
  { dependentTasksOutputFiles: '**/*.{js,mjs,cjs,jsx}', transitive: true },
  '^default',
];

/** The inputs, each once. */
export function withBuilds(inputs: Inputs): Inputs {
  return [...inputs, ...OF_BUILDS.filter((input) => !inputs.includes(input))];
}

interface Known {
  /** The hash of the flow's file. */
  hash: string;
  /** What else it was read from, with a stamp each; empty for a missing file. */
  stamps: Record<string, string>;
  /** JavaScript of other packages, from the workspace root. */
  files: string[];
}

/** The flow files, from the workspace root, that import JavaScript of the workspace that git ignores or that is missing. */
export async function flowsOnBuilds(sources: readonly SourceFile[], workspace: string): Promise<Set<string>> {
  const cache = new FileCache<Known>(workspace, 'built');
  const imports = new Map<string, string[]>();
  const found = new Set<string>();
  // Flows have most of these files in common: manifests, tsconfig files, installed packages.
  const seen = new Map<string, string>();
  for (const { file, hash } of sources) {
    let known = cache.get(file);
    if (known?.hash !== hash || !isSame(known.stamps, seen))
      known = { hash, ...(await read(file, workspace, cache.last(file))) };
    cache.set(file, known);
    if (known.files.length > 0) imports.set(file, known.files);
  }
  cache.write();
  if (imports.size === 0) return found;
  const { GitIgnored } = await import('./git-ignored');
  const ignored = new GitIgnored(workspace);
  for (const [file, paths] of imports)
    if (paths.some((path) => !existsSync(join(workspace, path)) || ignored.has(path))) found.add(file);
  return found;
}

async function read(
  file: string,
  workspace: string,
  last: Known | undefined,
): Promise<Pick<Known, 'stamps' | 'files'>> {
  try {
    const { builtCode } = await import('@nx-flow/core/source');
    const itself = join(workspace, file);
    const { files, from } = builtCode(itself, workspace);
    return {
      stamps: Object.fromEntries(from.flatMap((path) => (path === itself ? [] : [[path, stampOf(path)]]))),
      files: files.map((path) => relative(workspace, path).split(sep).join('/')),
    };
  } catch {
    // It does not parse, or there is no parser: executing it reports that.
    return { stamps: { '': 'unknown' }, files: last?.files ?? [] };
  }
}

/** @param seen the stamps of this look, by path */
function isSame(stamps: Known['stamps'], seen: Map<string, string>): boolean {
  for (const path in stamps) {
    let stamp = seen.get(path);
    if (stamp === undefined) {
      // Most of those that were missing still are, and asking only for that is quicker.
      stamp = stamps[path] === '' && !existsSync(path) ? '' : stampOf(path);
      seen.set(path, stamp);
    }
    if (stamp !== stamps[path]) return false;
  }
  return true;
}

function stampOf(path: string): string {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    return stats ? `${stats.mtimeMs} ${stats.ctimeMs} ${stats.size}` : '';
  } catch {
    // A path through a file, or one that may not be read.
    return '';
  }
}
