/** Failures for people: the user's own frames first, with the source line; the engine's only when asked for. */
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageFile } from '../../package-root';
import type { ErrorRecord } from '../../store/rows';
import type { Output } from './output';

interface Frame {
  text: string;
  file: string;
  line: number;
  column: number;
  ours: boolean;
}

/** How many frames of the user are shown. */
const FRAMES = 8;

/** What a step threw. */
export function renderThrown(error: ErrorRecord, output: Output, cwd: string): string {
  const { colors } = output;
  const lines: string[] = [];
  for (let e: ErrorRecord | undefined = error, depth = 0; e; e = e.cause, depth++) {
    const head = depth === 0 ? '' : 'Caused by ';
    const name = e.name === 'FlowError' && e.code ? e.code : e.name;
    lines.push(`${head}${colors.red(colors.bold(name))}: ${e.message}`);
    if (e.name === 'FlowError' && !output.verbose) continue;
    const frames = framesOf(e.stack ?? '');
    const shown = output.verbose ? frames : frames.filter(({ ours }) => !ours);
    const first = frames.find(({ ours }) => !ours);
    if (first) lines.push(...sourceLines(first, output));
    for (const frame of shown.slice(0, FRAMES)) {
      const place = `${relative(cwd, frame.file) || frame.file}:${frame.line}:${frame.column}`;
      lines.push(colors.dim(`    at ${frame.text ? `${frame.text} ` : ''}(${place})`));
    }
    if (shown.length > FRAMES) lines.push(colors.dim(`    … ${shown.length - FRAMES} more`));
  }
  return `${lines.join('\n')}\n`;
}

function framesOf(stack: string): Frame[] {
  const frames: Frame[] = [];
  for (const line of stack.split('\n')) {
    const match = line.match(
      /^\s+at (?:async )?(?:(.*?) \()?((?:file:\/\/|\/|[A-Za-z]:[\\/]|node:).*?):(\d+):(\d+)\)?$/,
    );
    if (!match) continue;
    const [, text = '', where = '', l, c] = match;
    const file = where.startsWith('file://')
      ? fileURLToPath(where.replace(/\?.*$/, ''))
      : where.replace(/\?.*$/, '');
    // What the file would be called inside its object says nothing to the user.
    const name = /^(Object\.)?(<anonymous>|body|node\.body)$/.test(text) ? '' : text;
    frames.push({ text: name, file, line: Number(l), column: Number(c), ours: isOurs(file) });
  }
  return frames;
}

function isOurs(file: string): boolean {
  return (
    file.startsWith('node:') ||
    /[\\/]node_modules[\\/]/.test(file) ||
    file.startsWith(packageFile('dist')) ||
    file.startsWith(packageFile('src'))
  );
}

/** The line itself, with one before and after, and a mark under the column. */
function sourceLines({ file, line, column }: Frame, { colors, columns }: Output): string[] {
  let source: string[];
  try {
    source = readFileSync(file, 'utf8').split('\n');
  } catch {
    return [];
  }
  const out: string[] = [];
  const width = String(line + 1).length;
  const room = Math.max(20, columns - width - 9);
  // A long line is shown from where its marked column is still in sight.
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
