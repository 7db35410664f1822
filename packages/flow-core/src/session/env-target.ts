/** The project and the target that a command stands for: `.env.run` and `apps/movies/.env` are read for them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, posix, relative, sep } from 'node:path';
import { listsPackage } from '../environment/listed';
import { DEFAULT_NAMES, suffixOf, type TargetNaming, targetNames } from '../environment/target-names';
import { indexFlows } from '../source/find';
import { parseJsonc } from '../source/jsonc';
import { ENV_FILE, type EnvRequest } from './env-request';

export interface FlowProject {
  /** From the workspace, as Nx writes it; `.` is the workspace itself. */
  root: string;
  name: string;
}

/** As the plugin finds it: the nearest project above, or else the file's own folder. Undefined outside of the workspace. */
export function projectOf(file: string, workspace: string): FlowProject | undefined {
  const own = slashes(relative(workspace, dirname(file))) || '.';
  if (own.split('/')[0] === '..' || isAbsolute(own)) return undefined;
  let root = own;
  while (!isProject(root, workspace) && root !== '.') root = posix.dirname(root);
  if (!isProject(root, workspace)) root = own;
  return { root, name: nameOf(join(workspace, root)) };
}

/** As in Nx, a project has a project.json, or a package.json that the workspaces list; or `nx` in it at the root. */
function isProject(root: string, workspace: string): boolean {
  const folder = join(workspace, root);
  if (existsSync(join(folder, 'project.json'))) return true;
  if (!existsSync(join(folder, 'package.json'))) return false;
  return root === '.' ? manifest(folder).nx !== undefined : listsPackage(workspace, folder);
}

function nameOf(folder: string): string {
  const pack = manifest(folder);
  const named = [
    json(join(folder, 'project.json')).name,
    (pack.nx as { name?: unknown } | undefined)?.name,
    pack.name,
  ];
  return (
    (named.find((name) => typeof name === 'string') as string | undefined) ?? basename(folder).toLowerCase()
  );
}

/** The name of the target, where a file can be meant by it: to know it, the flows of the project are looked up. */
export async function targetOf(
  request: EnvRequest,
  project: FlowProject | undefined,
): Promise<string | undefined> {
  const { workspace, file, flow, command } = request;
  const folders = [workspace, ...(project ? [join(workspace, project.root)] : [])];
  if (!project || !folders.some(hasTargetFile)) return undefined;
  const flows = (await indexFlows(workspace)).filter(
    (one) => projectOf(one.file, workspace)?.root === project.root,
  );
  const files = [...new Set(flows.map((one) => one.file))].sort().map((path) => ({
    file: slashes(relative(workspace, path)),
    flows: flows.filter((one) => one.file === path).map(({ name }) => name),
  }));
  const mine = slashes(relative(workspace, file));
  const all = files.flatMap((one) => one.flows.map((name) => ({ file: one.file, name })));
  const at = all.findIndex(
    (one) => one.file === mine && (one.name === flow || !all.some((o) => o.file === mine && o.name === flow)),
  );
  if (at < 0) return undefined;
  const steps = command.step === undefined ? [] : [command.step];
  const named = all.map((one, i) => ({
    flow: one.name,
    suffix: suffixOf(one.name, one.file, project.root, files),
    steps: i === at ? steps : [],
  }));
  const names = targetNames(named, project.name, naming(workspace)).names[at];
  return command.kind === 'step' ? names?.steps.get(command.step ?? '') : names?.flow[command.kind];
}

function hasTargetFile(folder: string): boolean {
  const plain = ['.env', '.env.local', '.local.env'];
  try {
    return readdirSync(folder).some((name) => ENV_FILE.test(name) && !plain.includes(name));
  } catch {
    return false;
  }
}

/** The options of the plugin in nx.json, as far as they can be used: the plugin itself refuses wrong ones. */
function naming(workspace: string): Required<TargetNaming> {
  const { plugins } = json(join(workspace, 'nx.json'));
  const found = (Array.isArray(plugins) ? plugins : []).find((one) => one?.plugin === '@nx-flow/plugin');
  const given = Object.entries(found?.options ?? {}).filter(
    ([name, value]) => Object.hasOwn(DEFAULT_NAMES, name) && typeof value === 'string',
  );
  return { ...DEFAULT_NAMES, ...Object.fromEntries(given) };
}

const manifest = (folder: string) => json(join(folder, 'package.json'));

function json(file: string): Record<string, unknown> {
  try {
    return parseJsonc(readFileSync(file, 'utf8')) ?? {};
  } catch {
    return {};
  }
}

const slashes = (path: string) => path.split(sep).join('/');
