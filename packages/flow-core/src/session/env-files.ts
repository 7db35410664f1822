/**
 * What `.env` files set, as Nx reads them: by the same libraries, in the same order. Nx reads the workspace's files when it
 * starts; for a task it takes these variables out again, and reads the files of the project and of the workspace. All of
 * this is done here too, since what is left of it can be seen: `A=${HOST}` of the workspace keeps its value, where `HOST`
 * is set outside, although the project's own file has another.
 */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'dotenv';
import { expand } from 'dotenv-expand';
import { FlowError } from '../definition/errors';
import type { EnvRequest } from './env-request';
import { projectOf, targetOf } from './env-target';

type Variables = Record<string, string | undefined>;

/**
 * What decides which programs are executed, or how nx-flow itself works. Who may write a file of settings must not be able to
 * change that. `NODE_ENV` and the names of the package `config` are read by programs alone.
 */
const REFUSED = new RegExp(
  `^(?:${[
    'NX_(?:FLOW|TASK)_.*',
    'NODE_(?!ENV$|CONFIG|APP_INSTANCE$).*',
    '(?:LD|DYLD|TSX|ESBUILD|NAPI|OXC|NPM_CONFIG|GIT|OPENSSL|SUDO|XDG)_.*',
    'PATH|PATHEXT|SHELL|SHELLOPTS|BASHOPTS|BASH_.*|ENV|ZDOTDIR|COMSPEC|SYSTEMROOT|WINDIR',
    'PS[0-4]|PROMPT_COMMAND|IFS|CDPATH|GLOBIGNORE|EDITOR|VISUAL|PAGER|MANPAGER|LESSOPEN|LESSCLOSE',
    'HOME|USERPROFILE|(?:LOCAL)?APPDATA|TMPDIR|TMP|TEMP|GLIBC_TUNABLES|GCONV_PATH|LOCPATH|JS_BINARY_.*',
    // What other languages execute before a program, or in place of its modules.
    'PERL5.*|PERLLIB|PYTHON(?:PATH|STARTUP|HOME|INSPECT|BREAKPOINT|USERBASE|PLATLIBDIR|EXECUTABLE|WARNINGS)',
    'RUBYOPT|RUBYLIB|RUBYPATH|GEM_(?:HOME|PATH)|BUNDLE_GEMFILE|(?:_?JAVA|JDK_JAVA)_(?:TOOL_)?OPTIONS|CLASSPATH',
    'LUA_(?:PATH|CPATH|INIT).*|PHPRC|PHP_INI_SCAN_DIR|R_(?:PROFILE|ENVIRON)(?:_USER)?|DOTNET_STARTUP_HOOKS',
    'CORECLR_.*|BUN_(?:OPTIONS|INSPECT_PRELOAD)|RUSTC_WRAPPER|MAKEFLAGS|GNUMAKEFLAGS|YARN_RC_FILENAME',
  ].join('|')})$`,
  'i',
);

export interface ReadEnv {
  /** Undefined for a variable that Nx takes out. */
  changes: Map<string, string | undefined>;
  /** The names that are not taken. */
  refused: string[];
}

/** @param given the environment as it is, which is not changed */
export async function readEnv(request: EnvRequest, given: Variables = process.env): Promise<ReadEnv> {
  const { workspace } = request;
  const project = projectOf(request.file, workspace);
  const env = { ...given };
  const named = new Map<string, string>();
  const at = (paths: string[]) => paths.map((path) => join(workspace, path));
  load(at(['.local.env', '.env.local', '.env']), env, named);
  if (env.NX_LOAD_DOT_ENV_FILES === 'false') return { changes: new Map(), refused: [] };
  for (const file of at(['.env', '.local.env', '.env.local'])) unload(file, env);
  const target = await targetOf(request, project);
  load(at(envPaths(project?.root, target)), env, named);
  const names = [...new Set([...Object.keys(env), ...Object.keys(given)])];
  const changes = names.filter((name) => env[name] !== given[name] && !REFUSED.test(name));
  const refused = [...named].filter(([name, value]) => REFUSED.test(name) && given[name] !== value);
  return {
    changes: new Map(changes.map((name) => [name, env[name]])),
    refused: refused.map(([name]) => name).sort(),
  };
}

export function notTaken(names: readonly string[]): string {
  const [are, they] = names.length > 1 ? ['are', 'they decide'] : ['is', 'it decides'];
  return `${names.join(', ')} ${are} not taken from .env files, since ${they} which programs are executed or how nx-flow works: set what is meant where the command is given.`;
}

/** The files for a target, from the workspace; the first that has a variable wins. Nx calls it `getEnvPathsForTask`. */
export function envPaths(project: string | undefined, target: string | undefined): string[] {
  const named =
    target === undefined
      ? []
      : [`.env.${target}.local`, `.env.${target}`, `.${target}.local.env`, `.${target}.env`];
  const names = [...named, '.env.local', '.local.env', '.env'];
  return [...(project === undefined ? [] : names.map((name) => `${project}/${name}`)), ...names];
}

/** All files are read, then what is not set is set, then `${names}` are put in once. @param named gets all that the files have */
function load(files: readonly string[], env: Variables, named?: Map<string, string>): void {
  const parsed: Record<string, string> = {};
  for (const file of files)
    for (const [name, value] of Object.entries(parse(textOf(file))))
      if (!Object.hasOwn(parsed, name)) parsed[name] = value;
  for (const [name, value] of Object.entries(parsed)) {
    named?.set(name, value);
    if (!Object.hasOwn(env, name)) env[name] = value;
  }
  requireEnd(parsed, env);
  expand({ parsed, processEnv: env as Record<string, string> });
}

/**
 * Names that lead back to themselves are put in for ever, where another name leads to them. Nx never ends then.
 * @throws FlowError FLOW_ENV
 */
function requireEnd(parsed: Record<string, string>, env: Variables): void {
  const leads = (text = '') =>
    [...text.matchAll(/\$\{?([A-Za-z_][\w.]*)/g)].map(([, name]) => name as string);
  const reached = (text: string | undefined, without: string, found = new Set<string>()): Set<string> => {
    for (const name of leads(text))
      if (name !== without && !found.has(name)) reached(env[name], without, found.add(name));
    return found;
  };
  for (const [name, value] of Object.entries(parsed)) {
    // What is set outside is not changed.
    if (env[name] && env[name] !== value) continue;
    const circle = [...reached(value, name)].find((to) => reached(env[to], name).has(to));
    if (circle === undefined) continue;
    const message = `${circle} leads back to itself in the .env files, and ${name} refers to it: write out the value of one of them.`;
    throw new FlowError('FLOW_ENV', message);
  }
}

/** Takes out what the file sets. By the value: a variable that was set outside with this value goes, too. */
function unload(file: string, env: Variables): void {
  const alone: Variables = {};
  load([file], alone);
  for (const [name, value] of Object.entries(alone)) if (env[name] === value) delete env[name];
}

/** Empty for what cannot be read, as in Nx. A named pipe of that name would be waited for. */
function textOf(file: string): string {
  try {
    return statSync(file).isFile() ? readFileSync(file, 'utf8') : '';
  } catch {
    return '';
  }
}
