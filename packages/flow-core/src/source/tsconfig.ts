/** Which tsconfig file governs a source file, as TypeScript finds it, and what its `extends` adds. */
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { mappedTargets } from './package-map';

/** Reads files: from the disk, or so that every read is recorded. */
export interface ConfigFiles {
  has(file: string): boolean;
  /** A JSON object, with comments and trailing commas. Undefined for anything else. */
  json(file: string): Record<string, unknown> | undefined;
  realpath(path: string): string;
}

/**
 * The tsconfig file of the project that a source file belongs to: the nearest tsconfig.json, or the project among
 * its references that includes the file. Without one in the workspace, the workspace's tsconfig.base.json.
 * @param file absolute
 * @param root the workspace
 */
export function governingConfig(file: string, root: string, files: ConfigFiles): string | undefined {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const config = join(folder, 'tsconfig.json');
    if (files.has(config)) return includingConfig(config, file, files) ?? config;
    if (folder === root || dirname(folder) === folder) break;
  }
  const base = join(root, 'tsconfig.base.json');
  return files.has(base) ? base : undefined;
}

/** The first of a tsconfig file and its references, and theirs, that includes the source file. */
function includingConfig(first: string, file: string, files: ConfigFiles): string | undefined {
  const todo = [first];
  for (const config of todo) {
    if (includes(config, file, files)) return config;
    const { references } = files.json(config) ?? {};
    for (const { path } of Array.isArray(references) ? references : []) {
      if (typeof path !== 'string') continue;
      const place = resolve(dirname(config), path);
      const found = [place, join(place, 'tsconfig.json')].find((at) => at.endsWith('.json') && files.has(at));
      if (found !== undefined && !todo.includes(found)) todo.push(found);
    }
  }
  return undefined;
}

/** A tsconfig file and all that it extends, the most important first. */
export function extendedConfigs(config: string, files: ConfigFiles): string[] {
  const chain: string[] = [];
  const add = (at: string) => {
    if (chain.includes(at)) return;
    chain.push(at);
    const { extends: parents } = files.json(at) ?? {};
    // Of several, a later one overrides an earlier one.
    for (const parent of [parents].flat().reverse()) {
      const found = typeof parent === 'string' ? extendedFile(parent, at, files) : undefined;
      if (found !== undefined) add(found);
    }
  };
  add(config);
  return chain;
}

/** The value of a compiler option. Null unsets an inherited one. */
export function compilerOption(config: string, option: string, files: ConfigFiles): unknown {
  for (const at of extendedConfigs(config, files)) {
    const options = files.json(at)?.compilerOptions as Record<string, unknown> | undefined;
    if (options?.[option] !== undefined) return options[option] ?? undefined;
  }
  return undefined;
}

/** The file that `extends` names: a path, or a package's file, or what a package gives by its fields. */
function extendedFile(parent: string, config: string, files: ConfigFiles): string | undefined {
  const folder = dirname(config);
  const existing = (path: string) =>
    [path, `${path}.json`, join(path, 'tsconfig.json')].find((at) => at.endsWith('.json') && files.has(at));
  if (/^\.\.?($|\/)/.test(parent) || isAbsolute(parent)) return existing(resolve(folder, parent));
  const parts = parent.split('/');
  const name = parts.splice(0, parent.startsWith('@') ? 2 : 1).join('/');
  const path = parts.length === 0 ? '.' : `./${parts.join('/')}`;
  for (let at = folder; ; at = dirname(at)) {
    const place = join(at, 'node_modules', name);
    const manifest = files.json(join(place, 'package.json'));
    const given = manifest ? givenFile(manifest, path) : [];
    for (const candidate of [...given, path]) {
      const found = existing(join(place, candidate));
      if (found !== undefined) return files.realpath(found);
    }
    if (dirname(at) === at) return undefined;
  }
}

function givenFile({ exports, tsconfig }: Record<string, unknown>, path: string): string[] {
  const mapped = mappedTargets(exports, path, (condition) => condition === 'require' || condition === 'node');
  return path === '.' && typeof tsconfig === 'string' ? [...mapped, tsconfig] : mapped;
}

/** Whether a project contains a source file, by `files`, `include` and `exclude`. */
function includes(config: string, file: string, files: ConfigFiles): boolean {
  const chain = extendedConfigs(config, files);
  const listed = (field: string): { folder: string; texts: string[] } | undefined => {
    for (const at of chain) {
      const value = files.json(at)?.[field];
      if (Array.isArray(value))
        return { folder: dirname(at), texts: value.filter((text) => typeof text === 'string') };
    }
    return undefined;
  };
  const named = listed('files');
  if (named?.texts.some((text) => resolve(named.folder, text) === file)) return true;
  const include = listed('include') ?? { folder: dirname(config), texts: named ? [] : ['**/*'] };
  if (!include.texts.some((text) => matches(text, include.folder, file, false))) return false;
  const out = compilerOption(config, 'outDir', files);
  const exclude = listed('exclude') ?? {
    folder: dirname(config),
    texts: ['node_modules', ...(typeof out === 'string' ? [out] : [])],
  };
  return !exclude.texts.some((text) => matches(text, exclude.folder, file, true));
}

/** Whether a pattern of `include` or `exclude` matches a file, or a folder that it is in. */
function matches(pattern: string, folder: string, file: string, excludes: boolean): boolean {
  const path = relative(folder, file).split(sep).join('/');
  const bare = pattern
    .replace(/^\$\{configDir\}\//, '')
    .replace(/^\.\//, '')
    .replace(/\/$/, '');
  const last = bare.split('/').at(-1) ?? '';
  // A folder stands for all that is in it.
  const whole = bare === '.' || bare === '' ? '**/*' : excludes || /[*?.]/.test(last) ? bare : `${bare}/**/*`;
  const regex = whole
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*\*\/|\*\*|\*|\?/g, (found) =>
      found === '**/' ? '(?:[^/]+/)*' : found === '**' ? '.*' : found === '*' ? '[^/]*' : '[^/]',
    );
  return new RegExp(`^${regex}${excludes ? '(?:/|$)' : '$'}`).test(path);
}
