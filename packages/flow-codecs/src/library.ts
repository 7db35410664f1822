/** The library of a codec: found where the flow finds it, loaded when a value is encoded or decoded, and no sooner. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

interface Wanted {
  /** The id of the codec, for messages. */
  codec: string;
  /** npm packages that have it, the preferred one first. */
  packages: readonly string[];
  /** The first major version that will do, of each package. */
  from: number;
  /** Functions and classes that it has to have. */
  names: readonly string[];
}

type Library = Record<string, unknown>;

/** How `import` finds a package. A library may have one copy for `import` and another for `require`. */
let importPath: ((name: string) => string) | undefined;

/** For flows that are ES modules: they have the copies that `import` gives. @param resolve `import.meta.resolve` */
export function asImported(resolve: (name: string) => string): void {
  importPath = (name) => fileURLToPath(resolve(name));
}

/** @returns what loads the library, once. It throws one sentence where it is not there, or is another version. */
export function library<T extends object>(wanted: Wanted): () => T {
  let loaded: T | undefined;
  return () => {
    loaded ??= load(wanted) as T;
    return loaded;
  };
}

function load({ codec, packages, from, names }: Wanted): Library {
  for (const name of packages) {
    const path = pathOf(name);
    if (path === undefined) continue;
    const version = versionOf(name, path);
    const given = require(path) as Library & { default?: Library };
    const found = [given, given.default].find((one) => names.every((key) => one && key in one));
    if (found && Number.parseInt(version, 10) >= from) return found;
    throw new Error(
      `the codec "${codec}" needs ${name} ${from} or newer, and here is ${version}: npm install ${name}@latest`,
    );
  }
  const all = [...new Set(packages.map(packageOf))];
  throw new Error(
    `the codec "${codec}" needs ${all.join(' or ')}, which is not there: npm install ${all[0]}`,
  );
}

/** Whether one is there: `temporal-polyfill`. */
export const isThere = (name: string): boolean => pathOf(name) !== undefined;

const paths = new Map<string, string | undefined>();

/** Beside this package, or in the workspace. */
function pathOf(name: string): string | undefined {
  if (!paths.has(name)) paths.set(name, find(name));
  return paths.get(name);
}

function find(name: string): string | undefined {
  const ways = [
    () => importPath?.(name),
    () => require.resolve(name),
    () => createRequire(join(process.cwd(), 'flow.js')).resolve(name),
  ];
  for (const way of ways) {
    try {
      const path = way();
      if (path !== undefined && existsSync(path)) return path;
    } catch {
      // The next way may find it.
    }
  }
  return undefined;
}

/** @param name `temporal-polyfill/full` */
const packageOf = (name: string): string => name.split('/', name.startsWith('@') ? 2 : 1).join('/');

function versionOf(name: string, path: string): string {
  const own = packageOf(name);
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder)) {
    const file = join(folder, 'package.json');
    if (!existsSync(file)) continue;
    const about = JSON.parse(readFileSync(file, 'utf8')) as { name?: string; version?: string };
    if (about.name === own) return about.version ?? '0';
  }
  return '0';
}

/** The name of the class of an object itself: not that of a class that it extends. */
export function classOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const prototype = Object.getPrototypeOf(value) as { constructor?: { name?: unknown } } | null;
  const own = prototype !== null && Object.hasOwn(prototype, 'constructor');
  const name = own ? prototype.constructor?.name : undefined;
  return typeof name === 'string' ? name : undefined;
}

/** Whether the class of an object itself, not one that it extends, has all of these members. */
export function hasOwnMembers(value: unknown, members: readonly string[]): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype !== null && members.every((member) => Object.hasOwn(prototype, member));
}
