/** What a flow says that its steps read, as inputs of Nx. */
import { posix } from 'node:path';
import type { TargetConfiguration } from '@nx/devkit';
import type { FlowSource } from './sources';

type Inputs = NonNullable<TargetConfiguration['inputs']>;

export interface FlowInputs {
  /** The files that it names, with those that it leaves out of them; empty where it names none. */
  files: Inputs;
  /** What it leaves out where it names no files. */
  without: string[];
  env: Inputs;
}

/**
 * Returns undefined when Nx cannot express them: then nothing of the flow may be replayed. See {@link whyUnknown}.
 * @param file The flow's, from the workspace root.
 * @param root The project's.
 */
export function flowInputs({ inputs = [] }: FlowSource, file: string, root: string): FlowInputs | undefined {
  if (inputs === 'computed' || isGlob(root)) return undefined;
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
    // Data is often too large for git, which ignores it then: it counts all the same.
    files: named ? globs.map((fileset) => ({ fileset, includeIgnored: true })) : [],
    without: named ? [] : globs,
    env,
  };
}

/** A path is a glob to Nx, and nothing makes a sign in it plain: of a project in `app/[id]`, Nx finds no files. */
function isGlob(path: string): boolean {
  return /[[\](){}*?]/.test(path);
}

/** For a flow of which nothing is replayed, why that is so. */
export function whyUnknown({ name, inputs }: FlowSource, file: string, root: string): string {
  if (isGlob(root)) return `Nx finds no files in ${root}, whose name is a glob to it`;
  if (inputs === 'computed') return `the inputs of the flow ${name} are computed`;
  return isGlob(posix.dirname(file))
    ? `the inputs of the flow ${name} begin in ${posix.dirname(file)}, whose name is a glob to Nx`
    : `the inputs of the flow ${name} lead out of the workspace`;
}
