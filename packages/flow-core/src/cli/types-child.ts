/**
 * The process of `check --types` where TypeScript has an API: it says what its command would, and which steps return
 * instances of classes that no codec stores.
 */
import { classReturns } from './class-returns';

type Typescript = typeof import('typescript');

/** This TypeScript has a command alone. */
export const NO_API = 77;

/** Before the JSON of the last line. */
export const CLASSES = '#classes ';

/** Arguments: the folder of TypeScript, the project, and the files of flows. */
export function main(): void {
  const [folder = '', project = '', ...flows] = process.argv.slice(2);
  const ts = apiOf(folder);
  if (!ts) {
    process.exitCode = NO_API;
    return;
  }
  const host = {
    ...ts.sys,
    onUnRecoverableConfigFileDiagnostic: (one: import('typescript').Diagnostic) => {
      throw new Error(ts.flattenDiagnosticMessageText(one.messageText, '\n'));
    },
  };
  const parsed = ts.getParsedCommandLineOfConfigFile(project, {}, host);
  if (!parsed) throw new Error(`${project} cannot be read`);
  const { fileNames: rootNames, options, projectReferences, errors: configFileParsingDiagnostics } = parsed;
  const program = ts.createProgram({
    ...{ rootNames, options, configFileParsingDiagnostics },
    ...(projectReferences ? { projectReferences } : {}),
  });
  const diagnostics = ts.getPreEmitDiagnostics(program);
  const format = {
    getCanonicalFileName: (file: string) => file,
    getCurrentDirectory: () => process.cwd(),
    getNewLine: () => '\n',
  };
  process.stdout.write(ts.formatDiagnostics(ts.sortAndDeduplicateDiagnostics(diagnostics), format));
  process.stdout.write(`${CLASSES}${JSON.stringify(classReturns(ts, program, flows))}\n`);
  if (diagnostics.some(({ category }) => category === ts.DiagnosticCategory.Error)) process.exitCode = 1;
}

/** TypeScript 7 has none: its package cannot even be required. */
function apiOf(folder: string): Typescript | undefined {
  try {
    const ts = require(folder) as Typescript;
    return typeof ts.createProgram === 'function' ? ts : undefined;
  } catch {
    return undefined;
  }
}
