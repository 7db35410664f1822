/** tsx's CommonJS hook for the user's own files, and whether they need its ES loader too. */
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import Module from 'node:module';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { makeFolder } from '../environment/make-folder';
import { packageFile } from '../environment/package-root';
import { privateFolder } from '../environment/private-folder';
import { isBuilt } from './built-package';
import { noteRequest } from './failed-request';
import { tellIfSlow } from './import-guard';
import { withLazyEsbuild } from './lazy-esbuild';
import { conditioned, importsSource } from './use-conditions';

type Loader = (module: unknown, file: string) => void;
type Parent = { filename?: string | null; paths?: string[] } | null | undefined;

interface Internals {
  _extensions: Record<string, Loader | undefined>;
  _resolveFilename(request: string, parent: Parent, isMain?: boolean, options?: object): string;
  _nodeModulePaths(folder: string): string[];
}

/** This package, by its name or by one of its entries. */
const OWN = /^@nx-flow\/core(\/|$)/;

/** `import()` of anything but a package name. Node's loader knows neither TypeScript nor its short names. */
const IMPORTS_LOCALLY = /\bimport\s*\(\s*(?!(['"`])[^.$/'"`][^$'"`]*\1)/;

/** The same in built code: a literal `import()` of a local file without a JavaScript extension. */
const IMPORTS_SHORTLY = /\bimport\s*\(\s*(['"`])\.[^$'"`]*(?<!\.(?:[cm]?js|json|node|wasm))\1/;

/** A literal `import()` of a package. */
const IMPORTS_PACKAGE = /\bimport\s*\(\s*(['"`])([^.$/'"`][^$'"`]*)\1/g;

/** Few paths have one. */
const questionMarks = () => require('./question-mark') as typeof import('./question-mark');

let importsLocally = false;

/** Whether a file has an `import()` that may be reached while it is evaluated, and that only tsx's ES loader can resolve. */
export function importsAtOnce(file: string): boolean {
  try {
    return IMPORTS_LOCALLY.test(readFileSync(file, 'utf8'));
  } catch {
    return false;
  }
}

/** Whether a loaded file may reach an `import()` that only tsx's ES loader can resolve. */
export function needsEsLoader(): boolean {
  return importsLocally;
}

/** tsx keeps what it compiled in the folder of temporary files. Where that takes no folder, it would throw, or never return. */
function withCache(load: () => void): void {
  if (takesFolders(tmpdir())) {
    load();
    return;
  }
  const before = process.env.TSX_DISABLE_CACHE;
  process.env.TSX_DISABLE_CACHE = '1';
  try {
    load();
  } finally {
    if (before === undefined) delete process.env.TSX_DISABLE_CACHE;
    else process.env.TSX_DISABLE_CACHE = before;
  }
}

function takesFolders(temporary: string): boolean {
  try {
    makeFolder(privateFolder(temporary));
    return true;
  } catch {
    return false;
  }
}

/**
 * Registers tsx for the user's own files; packages load by Node alone, as they were published. tsx would look into
 * each of their files, which is half of the time that zod takes.
 * @param flow the file that is imported first
 */
export function registerTsx(flow: string): void {
  const internals = Module as unknown as Internals;
  const loaders = internals._extensions;
  const plain = loaders['.js'] as Loader;
  const nodes = conditioned(internals._resolveFilename);
  // Below tsx: what `paths` of a tsconfig say comes first, as with TypeScript.
  internals._resolveFilename = nodes;
  // Lazily, and only here: tsx must not be loaded in a process that hosts Nx.
  withTsconfig(() => withLazyEsbuild((api) => withCache(() => require(api).register())));
  const byTsx = internals._resolveFilename;
  // This package resolves to the installed or linked one, whatever the `paths` of a tsconfig say.
  internals._resolveFilename = (request, parent, ...rest) => {
    if (typeof request !== 'string' || !OWN.test(request)) {
      const odd = typeof request === 'string' && request.includes('?');
      const named = odd ? questionMarks().fileWithQuestionMark(request, parent?.filename) : undefined;
      if (named !== undefined) return realpathSync(named);
      try {
        return byTsx.call(Module, request, parent, ...rest);
      } catch (error) {
        noteRequest(error, request, parent?.filename);
        throw error;
      }
    }
    try {
      return nodes.call(Module, request, parent, ...rest);
    } catch {
      return byTsx.call(Module, request, parent, ...rest);
    }
  };
  const resolveAsNode = (request: string, folder: string) =>
    nodes.call(Module, request, { paths: internals._nodeModulePaths(folder) });
  const own = packageFile('dist');
  for (const extension of ['.js', '.ts', '.tsx', '.mts', '.cts']) {
    const transforming = loaders[extension];
    if (!transforming) continue;
    loaders[extension] = (module, file) => {
      const javascript = extension === '.js';
      if (javascript && (file.startsWith(own) || /[\\/]node_modules[\\/]/.test(file)))
        return plain(module, file);
      tellIfSlow();
      if (!importsLocally) {
        const text = readFileSync(file, 'utf8');
        importsLocally = IMPORTS_LOCALLY.test(text)
          ? !(javascript && isBuilt(file, flow, resolveAsNode)) || IMPORTS_SHORTLY.test(text)
          : [...text.matchAll(IMPORTS_PACKAGE)].some(([, , name]) => importsSource(name as string, file));
      }
      return file.includes('?')
        ? questionMarks().loadWithQuestionMark(transforming, module as never, file)
        : transforming(module, file);
    };
  }
}

/**
 * tsx reads the tsconfig.json of the working directory, which is the workspace. A workspace of Nx may have only a
 * tsconfig.base.json there, with the `paths` of all projects. Steps do not see the variable by which tsx gets it.
 */
export function withTsconfig<T>(register: () => T): T {
  const base = resolve('tsconfig.base.json');
  if (process.env.TSX_TSCONFIG_PATH || existsSync('tsconfig.json') || !existsSync(base)) return register();
  process.env.TSX_TSCONFIG_PATH = base;
  try {
    return register();
  } finally {
    delete process.env.TSX_TSCONFIG_PATH;
  }
}
