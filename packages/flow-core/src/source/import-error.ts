/** The error from importing a flow, as one sentence with the line of user code that it comes from. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { inspect, types } from 'node:util';
import { FlowError, isFlowError, type Problem, problemsError } from '../definition/errors';
import { withoutHandles } from '../definition/handles';
import { isMissingModule } from './failed-request';
import { type Ending, ImportEnded } from './import-ended';
import { packageOf } from './packages/names';
import { firstOfUser } from './user-place';

/** @returns FLOW_SYNTAX, FLOW_IMPORT; or the FlowError that it is */
export async function importError(file: string, thrown: unknown): Promise<FlowError> {
  const error = withoutHandles(describable(thrown));
  if (isFlowError(error)) return error;
  if (error instanceof ImportEnded) return endedError(file, error);
  try {
    const { parseFlowSource } = await import('./parse');
    parseFlowSource(file, readFileSync(file, 'utf8'));
  } catch (syntax) {
    if (isFlowError(syntax)) return withPlace(syntax);
  }
  const syntax = transformProblems(error);
  if (syntax.length > 0) return problemsError('FLOW_SYNTAX', `${file} cannot be imported`, syntax);
  if (isMissingModule(error)) {
    const { missingModule } = await import('./missing-module');
    const missing = missingModule(error);
    if (missing) {
      const message = missing.message + (missing.installed ? '' : hintFor(file, error)) + missing.hint;
      const problem = { code: 'FLOW_IMPORT', message, where: missing.where };
      return problemsError('FLOW_IMPORT', `${file} cannot be imported`, [problem], { cause: error });
    }
  }
  const what = `throws when it is imported: ${textOf(error)}${hintFor(file, error)}`;
  return aboutFile(file, what, firstOfUser(error), error);
}

/** Of an import that was ended: FLOW_IMPORT, with the line of the user's code where it is known. */
async function endedError(file: string, error: ImportEnded): Promise<FlowError> {
  const { ending } = error;
  if (ending.how === 'stuck') {
    const { topLevelAwait } = await import('./top-level-await');
    const found = topLevelAwait(file);
    return aboutFile(file, `waits${at(found)} for a promise that nothing can settle any more`, found);
  }
  if (ending.how === 'slow') return slowError(file, ending.timeoutMs);
  return leavingError(file, error, ending, 'when it is imported');
}

/** Of what imported code does after its import. */
export function lateError(file: string, error: ImportEnded): FlowError {
  const { ending } = error;
  if (ending.how === 'stuck' || ending.how === 'slow') throw new Error(`${ending.how} is never late.`);
  return leavingError(file, error, ending, 'after it was imported');
}

/** Of the import in a worker process that ended meanwhile. @param how `was killed by SIGKILL` */
export function workerEndedError(file: string, how: string): FlowError {
  return aboutFile(
    file,
    `ends the process that imports it: a worker process ${how} while it imported the flow`,
  );
}

/** Of an import that took longer than it may. */
export function slowError(file: string, timeoutMs: number): FlowError {
  return aboutFile(file, takesLonger(timeoutMs));
}

export function slowSentence(file: string, timeoutMs: number): string {
  return `${file} ${takesLonger(timeoutMs)}`;
}

function takesLonger(timeoutMs: number): string {
  return `takes longer to import than ${timeoutMs / 1000} s: --import-timeout=<duration> gives it more`;
}

function leavingError(
  file: string,
  error: ImportEnded,
  ending: Exclude<Ending, { how: 'stuck' | 'slow' }>,
  when: string,
): FlowError {
  if (ending.how === 'left') {
    const where = firstOfUser(error);
    return aboutFile(file, `calls ${ending.call}${at(where)} ${when}`, where);
  }
  const thrown = describable(ending.thrown);
  if (isFlowError(thrown)) return thrown;
  const where = firstOfUser(thrown);
  const what =
    ending.how === 'rejected'
      ? `leaves a rejected promise unhandled${at(where)} ${when}`
      : `throws${at(where)} ${when}, where nothing catches it`;
  return aboutFile(file, `${what}: ${textOf(thrown)}`, where, thrown);
}

function aboutFile(file: string, what: string, where?: string, cause?: unknown): FlowError {
  const problems = [{ code: 'FLOW_IMPORT', message: `The file ${what}`, where: where ?? file }];
  return new FlowError('FLOW_IMPORT', `${file} ${what}`, {
    ...(types.isNativeError(cause) ? { cause } : {}),
    problems,
  });
}

const at = (where: string | undefined) => (where === undefined ? '' : ` at ${where}`);

/** What was thrown, if it can be described; else a text that says so. */
function describable(thrown: unknown): unknown {
  try {
    if (types.isProxy(thrown)) return NOT_DESCRIBABLE;
    textOf(thrown);
    for (const name of ['name', 'message', 'stack', 'cause', 'code', 'requireStack'])
      void (thrown as Record<string, unknown> | null | undefined)?.[name];
    return thrown;
  } catch {
    return NOT_DESCRIBABLE;
  }
}

const NOT_DESCRIBABLE = 'a value that cannot be described';

function textOf(thrown: unknown): string {
  if (thrown instanceof Error) return `${thrown.name}: ${thrown.message}`;
  return typeof thrown === 'string'
    ? thrown
    : inspect(thrown, { depth: 1, breakLength: Number.POSITIVE_INFINITY });
}

/** A hint for imports that fail at the top of a flow: the coordinator imports it too, without step packages. */
function hintFor(file: string, error: unknown): string {
  const { code, message } = (error ?? {}) as { code?: string; message?: string };
  if (code === 'ERR_PACKAGE_PATH_NOT_EXPORTED') {
    return '\nIt is for `import` alone: import it inside a step, by await import(…), or put "type": "module" into the package.json beside the flow.';
  }
  if (!isMissingModule(error)) return '';
  const name = packageOf(message?.match(/Cannot find (?:module|package) '([^']+)'/)?.[1] ?? '');
  const text = readFileSync(file, 'utf8');
  if (name === undefined || !/\bpackages\b/.test(text)) return '';
  const key = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  if (!new RegExp(`(^|[\\s{,])(['"]${key}['"]|${key})\\s*:`).test(text)) return '';
  return `\n"${name}" is one of a step's \`packages\`, and is there in that step alone: import it inside the step, by await import('${name}').`;
}

/** The parser's sentence begins with its place. */
function withPlace(error: FlowError): FlowError {
  const [, where, message] = error.message.match(/^(.*?:\d+:\d+) {2}(.*)$/s) ?? [];
  if (where === undefined || message === undefined) return error;
  return new FlowError(error.code, error.message, { problems: [{ code: error.code, message, where }] });
}

/** An imported module that does not parse: `file:line:column: ERROR: what`, with columns from 0. */
function transformProblems(error: unknown): Problem[] {
  if (!(error instanceof Error) || error.name !== 'TransformError') return [];
  return [...error.message.matchAll(/^(.+):(\d+):(\d+): ERROR: (.*)$/gm)].map(
    ([, file, line, column, text]) => ({
      code: 'FLOW_SYNTAX',
      message: AWAITS.test(text as string) ? awaitSentence(file as string) : (text as string),
      where: `${file}:${line}:${Number(column) + 1}`,
    }),
  );
}

const AWAITS = /^Top-level await is .*"cjs" output format/;

function awaitSentence(file: string): string {
  const name = basename(file).replace(/\.[cm]?([jt])sx?$/, '.m$1s');
  const package_ = /\.c[jt]s$/.test(file) ? '' : 'put "type": "module" into its package.json, or ';
  return `An \`await\` at the top needs an ES module, and this file is CommonJS: ${package_}name it ${name}.`;
}
