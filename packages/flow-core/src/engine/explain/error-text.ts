/** Failures for people: the user's own frames first, with the source line. Engine frames only on request. */
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { packageFile } from '../../environment/package-root';
import { isMissingModule } from '../../source/failed-request';
import type { ErrorRecord } from '../../store/rows/rows';
import { ABOUT_RETURNED } from '../task/error-record';

type Paint = (text: string) => string;

export interface ErrorStyle {
  /** Shows the engine's frames too. */
  verbose: boolean;
  columns: number;
  colors: { red: Paint; bold: Paint; dim: Paint };
  /** The most user frames to show, without a count of the rest. Default 8, with the count. */
  frames?: number;
}

/** The owner of a frame's code: the user, a package, or the engine and Node. */
type Owner = 'user' | 'package' | 'engine';

interface Frame {
  text: string;
  file: string;
  line: number;
  column: number;
  owner: Owner;
}

/** How many frames of the user, and how many of packages behind them, are shown. */
const FRAMES = 8;
const PACKAGE_FRAMES = 3;

/** The text of what a step threw, with its causes. @param cwd Paths are shown relative to it. */
export function errorText(error: ErrorRecord, style: ErrorStyle, cwd: string): string {
  return `${linesOf(error, '', style, cwd).join('\n')}\n`;
}

/** The source around `file:line:column`. Empty when there is no such line. */
export function excerpt(where: string, style: ErrorStyle): string {
  return sourceLines(placeOf(where), style)
    .map((text) => `${text}\n`)
    .join('');
}

function placeOf(where: string): Place {
  const [, file = '', line, column] = where.match(/^(.*):(\d+):(\d+)$/) ?? [];
  return { file, line: Number(line), column: Number(column) };
}

/** Errors of the engine for what a call of the user did: its frames say where. */
const CALLS = new Set(['FLOW_BUILTIN_LOST', 'FLOW_STEP_EXITED', 'FLOW_WORKER_DIED']);

function linesOf(error: ErrorRecord, head: string, style: ErrorStyle, cwd: string): string[] {
  const { colors, verbose } = style;
  const ours = error.name === 'FlowError';
  const name = ours && error.code ? error.code : error.name;
  // Drops Node's require stack of a missing module: the frames show which file imports it.
  const message = error.message.replace(/\nRequire stack:(\n- .*)+/, '');
  const lines = [`${head}${colors.red(colors.bold(name))}: ${message}`];
  const { code = '' } = error;
  if (!ours || verbose || CALLS.has(code) || ABOUT_RETURNED.has(code))
    lines.push(...frameLines(error.stack ?? '', style, cwd));
  if (error.where !== undefined && !verbose && (error.cause === undefined || isMissingModule(error.cause))) {
    lines.push(...sourceLines(placeOf(error.where), style));
    return lines;
  }
  // The message of a system error already contains its fields.
  if (error.fields && !('syscall' in error.fields)) {
    lines.push(colors.dim(`    ${inspect(error.fields, { breakLength: style.columns - 8, depth: 2 })}`));
  }
  const { errors = [], cause } = error;
  for (const [i, one] of errors.entries()) {
    lines.push(...linesOf(one, `${i + 1} of ${errors.length}  `, style, cwd));
  }
  if (cause) lines.push(...linesOf(cause, 'Caused by ', style, cwd));
  return lines;
}

function frameLines(stack: string, style: ErrorStyle, cwd: string): string[] {
  const { colors, verbose } = style;
  const frames = framesOf(stack);
  const users = frames.filter(({ owner }) => owner === 'user');
  // For an error thrown inside a package, the user's call comes first, then the package's frames.
  const inside = frames.filter(({ file }) => !file.startsWith('node:'))[0]?.owner === 'package';
  const packages = inside ? frames.filter(({ owner }) => owner === 'package').slice(0, PACKAGE_FRAMES) : [];
  const shown = verbose ? frames : users;
  const line = ({ text, file, line, column }: Frame) =>
    colors.dim(`    at ${text ? `${text} ` : ''}(${relative(cwd, file) || file}:${line}:${column})`);
  const lines = users[0] ? sourceLines(users[0], style) : [];
  lines.push(...shown.slice(0, style.frames ?? FRAMES).map(line));
  if (style.frames === undefined && shown.length > FRAMES)
    lines.push(colors.dim(`    … ${shown.length - FRAMES} more`));
  if (!verbose) lines.push(...packages.map(line));
  return lines;
}

function framesOf(stack: string): Frame[] {
  const frames: Frame[] = [];
  const all = stack.split('\n');
  for (const [i, line] of all.entries()) {
    if (isWrapper(line, all[i - 1], all[i + 1])) continue;
    const match = line.match(
      /^\s+at (?:async )?(?:(.*?) \()?((?:file:\/\/|\/|[A-Za-z]:[\\/]|node:).*?):(\d+):(\d+)\)?$/,
    );
    if (!match) continue;
    const [, text = '', where = '', l, c] = match;
    const file = where.startsWith('file://')
      ? fileURLToPath(where.replace(/\?.*$/, ''))
      : where.replace(/\?[\w-]+=[^/\\]*$/, '');
    // These function names mean nothing to the user.
    const name = /^(Object\.)?(<anonymous>|body|node\.body)$/.test(text) ? '' : text;
    frames.push({ text: name, file, line: Number(l), column: Number(c), owner: ownerOf(file) });
  }
  return frames;
}

/** The function that the TypeScript loader puts around a file: it calls that file, as it seems from the last line. */
function isWrapper(line: string, inner = '', outer = ''): boolean {
  const fileIn = (name: string, text: string) =>
    text.match(new RegExp(`^\\s+at ${name} \\((.*):\\d+:\\d+\\)$`))?.[1];
  const file = fileIn('Object\\.<anonymous>', line);
  return file !== undefined && fileIn('<anonymous>', inner) === file && /Module\._compile/.test(outer);
}

/** Packages whose frames count as the engine's: the TypeScript loader and test runners, which call user code. */
const ENGINES = /[\\/]node_modules[\\/](?:tsx|jest[^\\/]*|@jest|vitest|@vitest|vite)[\\/]/;

function ownerOf(file: string): Owner {
  if (file.startsWith('node:') || file.startsWith(packageFile('dist')) || file.startsWith(packageFile('src')))
    return 'engine';
  if (ENGINES.test(file)) return 'engine';
  return /[\\/]node_modules[\\/]/.test(file) ? 'package' : 'user';
}

type Place = Pick<Frame, 'file' | 'line' | 'column'>;

/** The line itself, with one before and after, and a mark under the column. */
function sourceLines({ file, line, column }: Place, { colors, columns }: ErrorStyle): string[] {
  let source: string[];
  try {
    source = readFileSync(file, 'utf8').split('\n');
  } catch {
    return [];
  }
  const out: string[] = [];
  const width = String(line + 1).length;
  const room = Math.max(20, columns - width - 9);
  // A long line is cut at its start so that the marked column stays visible.
  const from = Math.max(0, column - 1 - Math.floor(room * 0.7));
  const skip = column > room ? from : 0;
  for (let n = Math.max(1, line - 1); n <= Math.min(source.length, line + 1); n++) {
    const text = (source[n - 1] ?? '').slice(skip, skip + room);
    const number = String(n).padStart(width);
    out.push(n === line ? `  ${colors.red('>')} ${number} | ${text}` : colors.dim(`    ${number} | ${text}`));
    if (n === line) out.push(`    ${' '.repeat(width)} | ${' '.repeat(column - 1 - skip)}${colors.red('^')}`);
  }
  return out;
}
