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
 * Undefined where Nx cannot be told, since the list is computed or leads out of the workspace: then nothing of the flow
 * may be replayed.
 * @param file The flow's, from the workspace root.
 */
export function flowInputs({ inputs = [] }: FlowSource, file: string): FlowInputs | undefined {
  if (inputs === 'computed') return undefined;
  const globs: string[] = [];
  const env: Inputs = [];
  for (const input of inputs) {
    if (typeof input !== 'string') {
      env.push(input);
      continue;
    }
    const [not, glob] = input.startsWith('!') ? ['!', input.slice(1)] : ['', input];
    const path = posix.join(posix.dirname(file), glob);
    if (path.startsWith('..')) return undefined;
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
