/** Which flows use libraries as they were built: their targets need the builds of the projects that they depend on. */
import { existsSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import type { TargetConfiguration } from '@nx/devkit';
import { FileCache } from '../nx/file-cache';
import { type FileStamps, Stamps, UNKNOWN } from '../nx/stamps';
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
  /** What else it was read from. */
  stamps: FileStamps;
  /** JavaScript of other packages, from the workspace root. */
  files: string[];
}

/** The flow files, from the workspace root, that import JavaScript of the workspace that git ignores or that is missing. */
export async function flowsOnBuilds(sources: readonly SourceFile[], workspace: string): Promise<Set<string>> {
  const cache = new FileCache<Known>(workspace, 'built');
  const imports = new Map<string, string[]>();
  const found = new Set<string>();
  const stamps = new Stamps();
  for (const { file, hash } of sources) {
    const before = cache.get(file);
    const known = (before?.hash === hash ? stamps.upToDate(before) : undefined) ?? {
      hash,
      ...(await read(file, workspace, stamps, cache.last(file))),
    };
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
  stamps: Stamps,
  last: Known | undefined,
): Promise<Pick<Known, 'stamps' | 'files'>> {
  try {
    const { builtCode } = await import('@nx-flow/core/source');
    const itself = join(workspace, file);
    const { files, from } = builtCode(itself, workspace);
    return {
      stamps: stamps.take(
        from.filter((path) => path !== itself),
        existsSync,
      ),
      files: files.map((path) => relative(workspace, path).split(sep).join('/')),
    };
  } catch {
    // It does not parse, or there is no parser: executing it reports that.
    return { stamps: UNKNOWN, files: last?.files ?? [] };
  }
}
