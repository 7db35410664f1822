/** The field `code` of a `StepKey`: what a step depends on besides the handovers, without Nx's own hash. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ExecutorContext } from '@nx/devkit';
import { CODE_FILE, OUR_INPUTS, readsProject } from '../graph/step-targets';
import { filesBelow, filesOfInputs } from '../nx/nx';
import { projectRoots } from '../nx/project-roots';
import { publishedBy } from '../nx/published-files';
import { isPublished } from './published';

type Input = NonNullable<NonNullable<ExecutorContext['target']>['inputs']>[number];

/**
 * One hash of the step's fingerprint and the files that it may read. Returns undefined when the target has the
 * user's own inputs, and when the files are unknown. Then no folder is kept, and the step is executed.
 * @param fingerprint the file in which it was published
 */
export async function codeKey(
  fingerprint: string | undefined,
  context: ExecutorContext,
): Promise<string | undefined> {
  const inputs = context.target?.inputs ?? [];
  if (fingerprint === undefined || !isPublished(context)) return undefined;
  const published = join(context.root, fingerprint);
  if (!existsSync(published)) return undefined;
  const reads = readsOf(inputs.filter((input) => publishedBy(input) === undefined));
  if (!reads) return undefined;
  const files = reads.globs
    ? filesOfInputs(context.root, reads.globs)
    : (await knownFiles(context.root, projectRoots(context))).filter((path) => !CODE_FILE.test(path));
  if (!files) return undefined;
  const hash = createHash('sha256').update(readFileSync(published));
  for (const name of reads.env) hash.update(`\0${name}\0${process.env[name] ?? '\0'}`);
  for (const path of files) {
    const content = contentOf(join(context.root, path));
    if (content === null) return undefined;
    if (content !== undefined) hash.update(`\0${path}\0`).update(content);
  }
  return hash.digest('hex');
}

/** Returns undefined for no file, the target of a link to a folder, null for a repository in the repository. */
function contentOf(path: string): Buffer | string | undefined | null {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined || stats.isFile()) return stats && readFileSync(path);
  return lstatSync(path).isSymbolicLink() ? realpathSync(path) : null;
}

interface Reads {
  /** Absent when all data files of the project count. */
  globs?: string[];
  env: string[];
}

/** Returns undefined when the inputs have anything that the plugin did not add. */
function readsOf(inputs: readonly Input[]): Reads | undefined {
  const ours = new Set(OUR_INPUTS.map((input) => JSON.stringify(input)));
  const reads: Reads = { ...(readsProject([...inputs]) ? {} : { globs: [] }), env: [] };
  for (const input of inputs) {
    if (ours.has(JSON.stringify(input))) continue;
    if (typeof input !== 'object') return undefined;
    if ('env' in input) reads.env.push(input.env);
    else if ('fileset' in input && input.includeIgnored && reads.globs)
      reads.globs.push(input.fileset.replace('{workspaceRoot}/', ''));
    else return undefined;
  }
  return reads;
}

/** The files that Nx hashes: git's files, and new ones that it does not ignore. Asking Nx takes longer. */
async function knownFiles(workspace: string, roots: string[]): Promise<string[]> {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', ...roots];
  try {
    const { stdout } = await promisify(execFile)('git', args, { cwd: workspace, maxBuffer: 1 << 28 });
    return [...new Set(stdout.split('\0').filter((path) => path !== ''))].sort();
  } catch {
    return filesBelow(workspace, roots);
  }
}
