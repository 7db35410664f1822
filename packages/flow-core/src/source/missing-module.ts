/** A module that an import does not find: what is missing, and the line of the user that asks for it. */
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, extname, isAbsolute, join, relative, resolve } from 'node:path';
import { realPath } from '../environment/real-path';
import { requestOf } from './failed-request';
import { packageOf } from './packages/names';
import { extendedConfigs, governingConfig } from './tsconfig';
import { DiskFiles } from './use-conditions';
import { isUsersFile } from './user-place';

export interface MissingModule {
  message: string;
  /** Begins with a line break, or is empty. */
  hint: string;
  where: string;
  /** The package is there, and its file is not. */
  installed: boolean;
}

/** Undefined where no file of the user asks for it. */
export function missingModule(error: unknown): MissingModule | undefined {
  const found = importOf(error as NodeJS.ErrnoException & { requireStack?: string[] });
  if (!found || !isUsersFile(found.importer)) return undefined;
  const { missing, importer } = found;
  const name = writtenIn(importer, found.name);
  const folder = packageOf(name) === undefined ? undefined : folderOf(packageOf(name) as string, importer);
  return {
    message: sentence(name, folder, missing),
    hint: brokenConfigs(importer),
    where: placeOfImport(importer, name) ?? importer,
    installed: folder !== undefined,
  };
}

interface Found {
  name: string;
  importer: string;
  /** The file that is not there. */
  missing?: string | undefined;
}

function importOf(error: NodeJS.ErrnoException & { requireStack?: string[] }): Found | undefined {
  const [, missing, importer] =
    error.message.match(/^Cannot find (?:module|package) '(.*?)'(?: imported from (.*?)$)?/m) ?? [];
  const noted = requestOf(error);
  if (noted) return { name: noted.request, importer: noted.importer, missing };
  const by = error.code === 'MODULE_NOT_FOUND' ? error.requireStack?.[0] : importer;
  return missing === undefined || by === undefined ? undefined : { name: missing, importer: by, missing };
}

function sentence(name: string, folder: string | undefined, missing = ''): string {
  const package_ = packageOf(name) ?? name;
  const known = isAbsolute(missing);
  if (/^\.{0,2}\//.test(name) || (folder !== undefined && !known && name !== package_))
    return `There is no module "${name}".`;
  if (folder === undefined) return `The package "${package_}" is not installed.`;
  const link = join('node_modules', package_);
  const at = missing.lastIndexOf(link);
  const place = at < 0 ? missing : join(folder, missing.slice(at + link.length));
  const file = known ? relative(folder, place) : 'index.js';
  return /[\\/]node_modules[\\/]/.test(folder)
    ? `The package "${package_}" is installed without ${file}: install it anew.`
    : `The library "${package_}" is not built: ${folder} has no ${file}. Run its build target first.`;
}

/** The real folder of a package that a file finds by its name. */
function folderOf(name: string, importer: string): string | undefined {
  for (let at = dirname(importer); ; at = dirname(at)) {
    const folder = join(at, 'node_modules', name);
    if (existsSync(join(folder, 'package.json'))) return realPath(folder);
    if (dirname(at) === at) return undefined;
  }
}

/** Names of libraries may be `paths` of a tsconfig, which are not known where that cannot be read. */
function brokenConfigs(importer: string): string {
  const files = new DiskFiles();
  const root = process.cwd();
  const nearest = governingConfig(importer, root, files);
  const all = new Set(
    [nearest, join(root, 'tsconfig.json'), join(root, 'tsconfig.base.json')].flatMap((config) =>
      config !== undefined && files.has(config) ? extendedConfigs(config, files) : [],
    ),
  );
  const broken = [...all].filter((config) => files.json(config) === undefined);
  return broken.map((config) => `\n${config} is no valid JSON: its \`paths\` are not followed.`).join('');
}

/** Node reports an ES module by the path that it looked for. This finds what the importing file's text says. */
function writtenIn(importer: string, name: string): string {
  if (!isAbsolute(name)) return name;
  const text = readFileSync(importer, 'utf8');
  const package_ = packageAt(name);
  const written = [...text.matchAll(/(['"`])([^'"`\n]+)\1/g)].map((match) => match[2] as string);
  const named = package_ === undefined ? undefined : written.find((one) => packageOf(one) === package_);
  if (named !== undefined) return named;
  const bare = (path: string) =>
    resolve(dirname(importer), path.slice(0, path.length - extname(path).length));
  const relatives = written.filter((one) => /^\.{1,2}\//.test(one));
  return relatives.find((path) => bare(path) === bare(name)) ?? basename(name);
}

/** The name of the package that a path lies in. */
function packageAt(path: string): string | undefined {
  for (let at = dirname(path); dirname(at) !== at; at = dirname(at)) {
    const manifest = join(at, 'package.json');
    if (!existsSync(manifest)) continue;
    const name = new DiskFiles().json(manifest)?.name;
    return typeof name === 'string' ? name : undefined;
  }
  return undefined;
}

function placeOfImport(file: string, name: string): string | undefined {
  const text = readFileSync(file, 'utf8');
  const at = ["'", '"', '`'].map((quote) => text.indexOf(quote + name + quote)).find((found) => found >= 0);
  if (at === undefined) return undefined;
  const before = text.slice(0, at).split('\n');
  return `${file}:${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
}
