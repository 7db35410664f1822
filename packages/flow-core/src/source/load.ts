/** Imports a flow file through tsx, in this process. */
import Module, { createRequire } from 'node:module';
import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';
import { types } from 'node:util';
import { FlowError, isFlowError } from '../definition/errors';
import { graphOf } from '../definition/flow';
import type { Graph } from '../definition/graph';
import { packageFile } from '../environment/package-root';
import { looksLikeFile, stem } from './find';
import { callInTime, guardImport } from './import-guard';
import { endsSlowImports, importWatch } from './import-watch';
import type { Installed } from './packages/install';
import { isOutsidePackages } from './packages/names';
import { importsAtOnce, needsEsLoader, registerTsx, withTsconfig } from './tsx';
import { hookConditions, useConditionsOf } from './use-conditions';

let registered = false;
let esmRegistered: Promise<void> | undefined;
/** URLs of files that the ES loader has imported. It caches them for good. */
const imported = new Set<string>();
/** A suffix that makes the URL of a second import differ from the first. */
let again = '';

/** Codes of `require` for a module that only the ES loader can load: top-level await, an import-only package. */
const FOR_IMPORT = new Set(['ERR_REQUIRE_ASYNC_MODULE', 'ERR_PACKAGE_PATH_NOT_EXPORTED']);

/** What a module exports: in a property, since a module may export `then`, which an `await` would call. */
export interface Imported {
  exported: Exports;
}
type Exports = Record<string, unknown>;

/**
 * Imports a TypeScript module of either kind of package. `require` with tsx's CommonJS hook is the quickest way
 * and gives the named exports. Only a module with top-level await needs the ES loader.
 * @throws FlowError FLOW_SYNTAX, FLOW_IMPORT, and any that the module throws
 */
export async function importModule(file: string): Promise<Imported> {
  try {
    return await guardImport(file, () => evaluate(file));
  } catch (error) {
    const { importError } = await import('./import-error');
    throw await importError(file, error);
  } finally {
    // Also of an import that was given up, and never ends.
    release();
  }
}

/** Loads what imports a file, before the file may be read. */
export async function prepareImport(file: string): Promise<void> {
  if (registered) return;
  registerTsx(file);
  registered = true;
  const { warmEsbuild } = await import('./lazy-esbuild');
  warmEsbuild();
}

/** Ends what guards the import under way from outside. */
let release = () => {};

async function evaluate(file: string): Promise<Imported> {
  const others = await useConditionsOf(file);
  if (!registered) {
    registerTsx(file);
    registered = true;
  } else if (others) forgetAll(file);
  if (importsAtOnce(file)) await useEsm(file);
  try {
    const exported = callInTime(() => createRequire(file)(file) as Exports);
    // A step may reach its `import('./other')` at any time from now on.
    if (needsEsLoader()) await useEsm(file);
    return { exported };
  } catch (error) {
    if (!isForImport(error)) throw error;
    await useEsm(file);
    const { href } = pathToFileURL(file);
    const known = imported.has(href);
    imported.add(href);
    release = await guardEsImport(file);
    const { nativeImport } = await import('./native-import');
    return { exported: await nativeImport<Exports>(known ? href + again : href) };
  }
}

async function guardEsImport(file: string): Promise<() => void> {
  if (!endsSlowImports()) return () => {};
  const { timeoutMs } = importWatch();
  const { guardFromOutside } = await import('./outside-guard');
  const { slowSentence } = await import('./import-error');
  return guardFromOutside(timeoutMs, `FLOW_IMPORT  ${slowSentence(file, timeoutMs)}`);
}

/** What a module throws may be anything, also what cannot be looked at. */
function isForImport(error: unknown): boolean {
  return types.isNativeError(error) && FOR_IMPORT.has(String((error as { code?: unknown }).code));
}

async function useEsm(file: string): Promise<void> {
  esmRegistered ??= registerEsm(file);
  await esmRegistered;
  hookConditions();
}

async function registerEsm(file: string): Promise<void> {
  const { nativeImport } = await import('./native-import');
  const api = await nativeImport<Tsx>('tsx/esm/api').catch(() => nativeImport<Tsx>(esmApi()));
  const hooks = (side: string) => pathToFileURL(packageFile(`dist/question-${side}.js`));
  const odd = file.includes('?') || process.cwd().includes('?');
  if (odd) Module.register(hooks('inner'));
  withTsconfig(() => api.register());
  if (odd) Module.register(hooks('outer'));
}

type Tsx = typeof import('tsx/esm/api');

/** tsx's ES loader must be imported, not required: its CommonJS build looks for files that are not there. */
function esmApi(): string {
  return pathToFileURL(require.resolve('tsx/esm/api').replace(/\.cjs$/, '.mjs')).href;
}

/**
 * Loads the flow for a step with its own packages: from now on, these names mean the step's versions. The user's
 * modules that were imported before are evaluated again.
 * @throws FlowError as {@link loadFlow}
 */
export async function loadFlowWith(installed: Installed, file: string, wanted?: string): Promise<Graph> {
  const { usePackages } = await import('./packages/resolve');
  const { AGAIN } = await import('./packages/hooks');
  usePackages(installed);
  forget(file);
  again = `?${AGAIN}=${basename(installed.folder)}`;
  try {
    return await loadFlow(file, wanted);
  } catch (error) {
    if (!isFlowError(error)) throw error;
    const { code, message, cause, problems } = error;
    const which = `It was imported for a step that has packages of its own: ${installed.names.join(', ')}.`;
    throw new FlowError(code, `${message}\n${which}`, { cause, problems });
  }
}

/** Removes a user's module, and the user's modules that it imports, from the cache of `require`. */
function forget(file: string): void {
  const { cache } = createRequire(file);
  const todo = [cache[file]];
  for (let module = todo.pop(); module; module = todo.pop()) {
    if (!isOutsidePackages(module.filename, packageFile('')) || cache[module.filename] !== module) continue;
    delete cache[module.filename];
    todo.push(...module.children);
  }
}

/** Removes all of the user's modules: under other conditions, they have other imports. */
function forgetAll(file: string): void {
  const { cache } = createRequire(file);
  for (const name of Object.keys(cache)) if (isOutsidePackages(name, packageFile(''))) delete cache[name];
}

/**
 * The flow that a file exports: its default export, or the only one among its exports, or the one of this name.
 * @throws FlowError FLOW_SYNTAX, FLOW_IMPORT, FLOW_INVALID, FLOW_NOT_EXPORTED
 */
export async function loadFlow(file: string, wanted?: string): Promise<Graph> {
  const { exported } = await importModule(file);
  // `module.exports = f.end(last)` is a flow itself.
  const graphs = new Set([exported, ...exportsOf(exported)].flatMap((value) => flowIn(value) ?? []));
  const named =
    wanted !== undefined && !looksLikeFile(wanted) ? [...graphs].find((g) => g.flow === wanted) : undefined;
  const chosen =
    named ??
    flowIn(exported?.default) ??
    flowIn(exported) ??
    (graphs.size === 1 ? [...graphs][0] : [...graphs].find((g) => g.flow === stem(file)));
  if (chosen) return chosen;
  throw new FlowError(
    'FLOW_NOT_EXPORTED',
    graphs.size > 1
      ? `${file} exports several flows (${[...graphs].map((g) => g.flow).join(', ')}): name the one you mean.`
      : `${file} exports no flow: end it with \`export default f.end(last)\`.`,
  );
}

/** The exports that can be read: one may throw when it is, and a module may export nothing at all. */
function exportsOf(exported: Exports | null | undefined): unknown[] {
  return Object.keys(exported ?? {}).flatMap((name) => {
    try {
      return [exported?.[name]];
    } catch {
      return [];
    }
  });
}

/** The flow of an exported value. A value that cannot be asked, such as some proxies, is none. */
function flowIn(value: unknown): Graph | undefined {
  try {
    return graphOf(value);
  } catch {
    return undefined;
  }
}
