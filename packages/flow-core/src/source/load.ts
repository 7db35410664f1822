/** Imports a flow file through tsx, in this process. */
import { readFileSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { FlowError, isFlowError } from '../definition/errors';
import { graphOf } from '../definition/flow';
import type { Graph } from '../definition/graph';
import { looksLikeFile, stem } from './find';

let registered = false;

/**
 * tsx for the user's own files; packages load by Node alone, as they were published. tsx would look into each of
 * their files, which is half of the time that zod takes.
 */
function registerTsx(): void {
  const loaders = (Module as unknown as { _extensions: Extensions })._extensions;
  const plain = loaders['.js'] as Loader;
  // Lazily, and only here: tsx must not be loaded in a process that hosts Nx.
  require('tsx/cjs/api').register();
  const transforming = loaders['.js'] as Loader;
  loaders['.js'] = (module, file) =>
    (/[\\/]node_modules[\\/]/.test(file) ? plain : transforming)(module, file);
}
type Loader = (module: unknown, file: string) => void;
type Extensions = Record<string, Loader | undefined>;

/**
 * Imports a module in TypeScript, of either kind of package. `require` with tsx's CommonJS hook is the quickest way
 * and gives the named exports; only a module with top-level await needs the ES loader.
 */
export async function importModule(file: string): Promise<Record<string, unknown>> {
  if (!registered) {
    registerTsx();
    registered = true;
  }
  try {
    return createRequire(file)(file);
  } catch (error) {
    if ((error as { code?: string }).code !== 'ERR_REQUIRE_ASYNC_MODULE') throw error;
    const nativeImport = new Function('url', 'return import(url)') as (url: string) => Promise<never>;
    const { register } = await nativeImport('tsx/esm/api').catch(() => nativeImport(esmApi()));
    (register as () => void)();
    return nativeImport(pathToFileURL(file).href);
  }
}

/** tsx's ES loader must be imported, not required: its CommonJS build looks for files that are not there. */
function esmApi(): string {
  return pathToFileURL(require.resolve('tsx/esm/api').replace(/\.cjs$/, '.mjs')).href;
}

/**
 * The flow that a file exports: its default export, or the only one among its exports, or the one of this name.
 * @throws FlowError FLOW_SYNTAX, FLOW_IMPORT, FLOW_INVALID, FLOW_NOT_EXPORTED
 */
export async function loadFlow(file: string, wanted?: string): Promise<Graph> {
  let exported: Record<string, unknown>;
  try {
    exported = await importModule(file);
  } catch (error) {
    throw await importError(file, error);
  }
  const graphs = new Set(
    // `module.exports = f.end(last)` is a flow itself.
    [exported, ...Object.values(exported)].map(graphOf).filter((graph) => graph !== undefined),
  );
  const named =
    wanted !== undefined && !looksLikeFile(wanted) ? [...graphs].find((g) => g.flow === wanted) : undefined;
  const chosen =
    named ??
    graphOf(exported.default) ??
    graphOf(exported) ??
    (graphs.size === 1 ? [...graphs][0] : [...graphs].find((g) => g.flow === stem(file)));
  if (chosen) return chosen;
  throw new FlowError(
    'FLOW_NOT_EXPORTED',
    graphs.size > 1
      ? `${file} exports several flows (${[...graphs].map((g) => g.flow).join(', ')}): name the one you mean.`
      : `${file} exports no flow: end it with \`export default f.end(last)\`.`,
  );
}

async function importError(file: string, error: unknown): Promise<FlowError> {
  if (isFlowError(error)) return error;
  try {
    const { parseFlowSource } = await import('./parse');
    parseFlowSource(file, readFileSync(file, 'utf8'));
  } catch (syntax) {
    if (isFlowError(syntax)) return syntax;
  }
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new FlowError('FLOW_IMPORT', `${file} throws when it is imported: ${message}`, { cause: error });
}
