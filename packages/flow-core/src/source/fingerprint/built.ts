/** The JavaScript of other packages of the workspace that a flow imports: it may have to be built first. */
import { dirname, extname, join } from 'node:path';
import { diskHost, type SourceHost, Sources } from './host';
import { factsOf } from './module';
import { surroundingsOf } from './modules';

export interface BuiltCode {
  /** Absolute. Some may be missing, until they are built. */
  files: string[];
  /** The files from which this was read, absolute: sources, manifests and tsconfigs. */
  from: string[];
}

const JAVASCRIPT = new Set(['.js', '.mjs', '.cjs', '.jsx']);

/**
 * @param file the flow, absolute
 * @param root the workspace
 * @throws FlowError FLOW_SYNTAX, FLOW_IMPORT
 */
export function builtCode(file: string, root: string, host: SourceHost = diskHost): BuiltCode {
  const sources = new Sources(host);
  const { modules, resolver } = surroundingsOf(file, root, sources);
  const own = packageFolder(modules.entry, sources);
  const found = new Set<string>();
  const seen = new Set([modules.entry]);
  for (const at of seen) {
    const { sources: imported, units } = modules.module(at);
    const loaded = units.flatMap((unit) => factsOf(unit).flatMap(({ loads }) => [...loads]));
    for (const specifier of new Set([...imported, ...loaded])) {
      for (const missing of resolver.missing(specifier, at)) if (isJavascript(missing)) found.add(missing);
      for (const target of modules.resolve(specifier, at)) {
        if (target.kind !== 'module' || target.file.split(/[\\/]/).includes('node_modules')) continue;
        // What is built has been built from all that it imports.
        if (isJavascript(target.file) && packageFolder(target.file, sources) !== own) found.add(target.file);
        else seen.add(target.file);
      }
    }
  }
  const read = Object.entries(sources.seen()).filter(
    ([path, hash]) => hash !== null || /[\\/](package|tsconfig[^\\/]*)\.json$/.test(path),
  );
  return { files: [...found], from: read.map(([path]) => path) };
}

function isJavascript(file: string): boolean {
  return JAVASCRIPT.has(extname(file));
}

function packageFolder(file: string, sources: Sources): string | undefined {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    if (sources.has(join(folder, 'package.json'))) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}
