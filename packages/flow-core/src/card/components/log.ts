/** Lines of text. */
import { append, listed, taken } from '../given';
import { handle, type Updatable } from '../handle';
import { listOf } from '../numbers';
import { cut, lineOf, textOf } from '../text';

/** Lines that are shown: the last ones. */
const LINES = 1_000;
/** Lines that are held: a step may write for hours. */
const HELD = 10_000;
const CHARACTERS = 200_000;
const LINE = 2_000;
/** Characters of a line that is not searched for colours. */
const LONG = 1_000_000;

export interface LogOptions {
  title?: string;
}

export interface Log extends LogOptions, Updatable {
  lines: string[];
  /** Adds one or more lines. Of many, the last 10,000 are held. */
  write(text: string): void;
}

/** Lines of text, of which the last are shown: `const l = card.add(log()); l.write('epoch 1')`. */
export function log(text: string | readonly string[] = [], options: LogOptions = {}): Log {
  let left = 0;
  const given = typeof text === 'string' ? linesOf(text) : text;
  return handle(
    { ...taken(options), ...listed('lines', given) } as Omit<Log, 'update' | 'write'>,
    (props) => {
      const all = listOf(props.lines, 'lines');
      const shown: string[] = [];
      let characters = 0;
      for (let i = all.length - 1; i >= 0 && shown.length < LINES && characters < CHARACTERS; i--) {
        const line = all.at(i);
        const told = cut(withoutColours(typeof line === 'string' ? line : lineOf(line)), LINE);
        characters += told.length;
        shown.push(told);
      }
      return { type: 'log', title: textOf(props.title), lines: shown.reverse(), of: all.length + left };
    },
    (props, update) => ({
      write(more: string) {
        append(props, 'lines', ...linesOf(typeof more === 'string' ? more : lineOf(more)));
        if (Array.isArray(props.lines) && props.lines.length > 2 * HELD)
          left += props.lines.splice(0, props.lines.length - HELD).length;
        update();
      },
    }),
  );
}

/** Of much, the last lines: a text may be longer than what lines of it take. */
function linesOf(text: string): string[] {
  if (text === '') return [];
  let from = text.length;
  for (let lines = 0; lines <= 2 * HELD && from > 0; lines++) from = text.lastIndexOf('\n', from - 1);
  const last = from > 0 ? text.slice(from + 1) : text;
  return last.replace(/\r?\n$/, '').split(/\r?\n/);
}

/** Without what terminals take for colours. */
function withoutColours(line: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape of terminals
  return line.length < LONG && line.includes('\u001b') ? line.replace(/\u001b\[[\d;]*[A-Za-z]/g, '') : line;
}
