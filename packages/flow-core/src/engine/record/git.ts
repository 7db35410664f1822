/** The state of git, for the record of a run. */
import { execFile } from 'node:child_process';
import type { GitState } from '../../store/rows/rows';

/** A large repository may take long to say whether it is clean: the run does not wait longer. Milliseconds. */
const PATIENCE_MS = 3000;

/** Undefined where there is no git, or no commit. Read beside the run, not before it. */
export async function gitState(folder: string): Promise<GitState | undefined> {
  const [head, status] = await Promise.all([
    git(folder, ['rev-parse', 'HEAD', '--abbrev-ref', 'HEAD']),
    git(folder, ['status', '--porcelain', '--untracked-files=no']),
  ]);
  const [commit, branch] = head?.split('\n') ?? [];
  if (!commit) return undefined;
  return {
    commit,
    ...(branch && branch !== 'HEAD' ? { branch } : {}),
    ...(status === undefined ? {} : { dirty: status !== '' }),
  };
}

function git(cwd: string, args: string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile('git', args, { cwd, timeout: PATIENCE_MS, windowsHide: true }, (error, stdout) =>
      resolve(error ? undefined : stdout.trim()),
    );
  });
}
