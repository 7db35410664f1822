/** What a step depends on beside what is handed over, as far as it can be told without Nx's own hash. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ExecutorContext } from '@nx/devkit';
import { CODE_FILE, STEP_INPUTS } from '../graph/step-targets';
import { publishedBy } from './layout';

/**
 * The step's fingerprint and the project's data files, as one hash. Undefined where the target has inputs of the user's
 * own, or git does not say which files there are: then nothing is kept, and the step is executed.
 */
export async function stepKey(context: ExecutorContext): Promise<string | undefined> {
  const inputs = context.target?.inputs ?? [];
  const fingerprint = inputs.flatMap((input) => publishedBy(input) ?? [])[0];
  const ours = new Set(STEP_INPUTS.map((input) => JSON.stringify(input)));
  const known = inputs.every((input) => publishedBy(input) ?? ours.has(JSON.stringify(input)));
  const root = context.projectsConfigurations.projects[context.projectName ?? '']?.root;
  if (fingerprint === undefined || !known || root === undefined) return undefined;
  const published = join(context.root, fingerprint);
  if (!existsSync(published)) return undefined;
  const files = await knownFiles(context.root, root);
  if (!files) return undefined;
  const hash = createHash('sha256').update(readFileSync(published));
  for (const path of files) {
    if (CODE_FILE.test(path)) continue;
    const whole = join(context.root, path);
    if (existsSync(whole)) hash.update(`\0${path}\0`).update(readFileSync(whole));
  }
  return hash.digest('hex');
}

/** Those that Nx hashes: what git knows, and what it would. */
async function knownFiles(workspace: string, root: string): Promise<string[] | undefined> {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', root];
  try {
    const { stdout } = await promisify(execFile)('git', args, { cwd: workspace, maxBuffer: 1 << 28 });
    return [...new Set(stdout.split('\0').filter((path) => path !== ''))].sort();
  } catch {
    return undefined;
  }
}
