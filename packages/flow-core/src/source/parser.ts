/** The parser, loaded when it is needed. */
import { pathToFileURL } from 'node:url';
import { constants, Script } from 'node:vm';
import type * as Oxc from 'oxc-parser';

/** It is an ES module, which a test runner's own `require` refuses: there, Node itself imports it. */
export async function loadParser(): Promise<typeof Oxc> {
  try {
    return await import('oxc-parser');
  } catch (error) {
    const { USE_MAIN_CONTEXT_DEFAULT_LOADER: importModuleDynamically } = constants ?? {};
    if (importModuleDynamically === undefined) throw error;
    const script = new Script('(url) => import(url)', { importModuleDynamically });
    const nativeImport = script.runInThisContext() as (url: string) => Promise<typeof Oxc>;
    return nativeImport(pathToFileURL(require.resolve('oxc-parser')).href);
  }
}
