/** The declared inputs of a flow as inputs of Nx. */
import { posix } from 'node:path';
import type { TargetConfiguration } from '@nx/devkit';
import type { FlowSource } from './sources';

type Inputs = NonNullable<TargetConfiguration['inputs']>;

export interface FlowInputs {
  /** The files that it names, without the excluded ones. Empty when it names none. */
  files: Inputs;
  /** The excluded files when it names no files. */
  without: string[];
  env: Inputs;
}

/**
 * Returns undefined when Nx cannot express them. Then nothing of the flow may be replayed. See {@link whyUnknown}.
 * @param file the flow's file, from the workspace root
 * @param root the project's root
 */
export function flowInputs({ inputs = [] }: FlowSource, file: string, root: string): FlowInputs | undefined {
  if (inputs === 'computed' || isGlob(root)) return undefined;
  if (inputs.length === 0) return NONE;
  const globs: string[] = [];
  const env: Inputs = [];
  for (const input of inputs) {
    if (typeof input !== 'string') {
      env.push(input);
      continue;
    }
    const [not, glob] = input.startsWith('!') ? ['!', input.slice(1)] : ['', input];
    const path = posix.join(posix.dirname(file), glob);
    if (isGlob(posix.dirname(file)) || path.startsWith('..')) return undefined;
    globs.push(`${not}{workspaceRoot}/${path}`);
  }
  const named = globs.some((glob) => !glob.startsWith('!'));
  return {
    // Data is often too large for git and therefore ignored. It counts all the same.
    files: named ? globs.map((fileset) => ({ fileset, includeIgnored: true })) : [],
    without: named ? [] : globs,
    env,
  };
}

const NONE: FlowInputs = { files: [], without: [], env: [] };

/** Nx reads a path as a glob without any escape: it finds no files of a project in `app/[id]`. */
function isGlob(path: string): boolean {
  return /[[\](){}*?]/.test(path);
}

/** Why nothing of a flow is replayed. */
export function whyUnknown({ name, inputs }: FlowSource, file: string, root: string): string {
  if (isGlob(root)) return `Nx finds no files in ${root}, whose name is a glob to it`;
  if (inputs === 'computed') return `the inputs of the flow ${name} are computed`;
  return isGlob(posix.dirname(file))
    ? `the inputs of the flow ${name} begin in ${posix.dirname(file)}, whose name is a glob to Nx`
    : `the inputs of the flow ${name} lead out of the workspace`;
}
