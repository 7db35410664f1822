/**
 * The `.env` files of a command: it gives its steps the environment that they have under Nx. This much is in the start-up
 * of every command that imports a flow: a look into each folder from the flow's file up to the workspace.
 */
import { readdirSync } from 'node:fs';
import { dirname, isAbsolute, relative, sep } from 'node:path';
import { type CommandTarget, ENV_FILE, type EnvRequest } from './env-request';

export class EnvFiles {
  #file: string | undefined;
  readonly #told = new Set<string>();
  #before: [name: string, value: string | undefined][] = [];

  /** @param command whose target's files count @param note is told what is not taken from the files */
  constructor(
    private readonly command: CommandTarget,
    private readonly note: (line: string) => void,
  ) {}

  /** Sets the variables, once for a file. What was set for another file is undone. */
  async load({ flow, workspace }: Pick<EnvRequest, 'flow' | 'workspace'>, file: string): Promise<void> {
    if (this.#file === file) return;
    this.restore();
    this.#file = file;
    if (process.env.NX_LOAD_DOT_ENV_FILES === 'false') return;
    if (!foldersOf(file, workspace).some(hasEnvFile)) return;
    const { readEnv, notTaken } = await import('./env-files');
    const { changes, refused } = await readEnv({ flow, workspace, file, command: this.command });
    const news = refused.filter((name) => !this.#told.has(name));
    for (const name of news) this.#told.add(name);
    if (news.length > 0) this.note(notTaken(news));
    this.#before = [...changes.keys()].map((name) => [name, process.env[name]]);
    for (const [name, value] of changes) set(name, value);
  }

  /** Puts the variables back, for a caller whose process goes on. */
  restore(): void {
    for (const [name, value] of this.#before) set(name, value);
    this.#before = [];
  }
}

function hasEnvFile(folder: string): boolean {
  try {
    return readdirSync(folder).some((name) => ENV_FILE.test(name));
  } catch {
    // It may not be listed: nothing can be read of it.
    return false;
  }
}

/** The folders from the file's up to the workspace. A file elsewhere has no project. */
function foldersOf(file: string, workspace: string): string[] {
  const from = relative(workspace, dirname(file));
  if (from === '' || from.split(sep)[0] === '..' || isAbsolute(from)) return [workspace];
  const folders: string[] = [workspace];
  for (let folder = dirname(file); folder !== workspace; folder = dirname(folder)) folders.push(folder);
  return folders;
}

function set(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}
