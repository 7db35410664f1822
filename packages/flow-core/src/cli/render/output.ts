/** The output of a command: stdout for people, stderr with `--json` and for what ends a command, colours on terminals. */
import { type Json, versioned } from '../json/shapes';
import { type Colors, ownColors, unmarked } from './colours';
import { coloured, plain, plainJson } from './plain';

export type { Colors };

export interface Output {
  json: boolean;
  verbose: boolean;
  /** A terminal that can redraw lines. */
  live: boolean;
  /** The width of the terminal; 100 when the text goes elsewhere. */
  columns: number;
  /** Sentences break at words before this column. Absent when the text does not go to a terminal. */
  wrapAt?: number;
  colors: Colors;
  /** Writes text for people, whatever is in it: see `plain.ts`. Adds no newline. */
  write(text: string): void;
  /** Writes what a step printed when it was executed: its colours pass. */
  recorded(text: string): void;
  /** Writes what a step prints while it is executed, and what moves the cursor. */
  raw(text: string): void;
  /** Writes a note to stderr, where it is in the way of no reader of the output. */
  note(text: string): void;
  /** Writes the one JSON object, at the end. */
  result(json: Json): void;
  /** From now on, all that it writes passes through this function, which hides secrets. */
  hide(mask: (text: string) => string): void;
  /** The same on stderr, for an error that ends the command: what a pipe or a file takes is no error. */
  forError(): Output;
}

let watched = false;
let failed: NodeJS.ErrnoException | undefined;

/** Output that cannot be written ends no command. A reader that leaves early (`| head`) is no failure. */
function watchOutput(): void {
  if (watched) return;
  watched = true;
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') failed ??= error;
    });
}

/**
 * Resolves when all that was printed has been handed over. Gives a sentence when some of it could not be written.
 * Leaving at once would cut off what a pipe takes later.
 */
export async function outputWritten(): Promise<string | undefined> {
  const written = (stream: NodeJS.WriteStream) => new Promise((resolve) => stream.write('', resolve));
  await Promise.all([process.stdout, process.stderr].map(written));
  if (!failed) return undefined;
  return `FLOW_STDOUT  What the command printed could not be written (${failed.code ?? failed.message}): make room, or send it elsewhere. What the command recorded stands.\n`;
}

export function makeOutput(json: boolean, verbose: boolean): Output {
  watchOutput();
  // Bound now, since a spin replaces these to capture the step's output.
  const stdout = process.stdout.write.bind(process.stdout);
  const stderr = process.stderr.write.bind(process.stderr);
  let mask: ((text: string) => string) | undefined;
  const shown = (text: string) => (mask ? mask(text) : text);
  const textsShown = (_: string, value: unknown) => (typeof value === 'string' ? shown(value) : value);
  const to = (stream: NodeJS.WriteStream, write: (text: string) => unknown): Output => {
    const color = process.env.NO_COLOR
      ? false
      : process.env.FORCE_COLOR
        ? process.env.FORCE_COLOR !== '0'
        : stream.isTTY === true;
    return {
      json,
      verbose,
      live: stream.isTTY === true && !process.env.CI && process.env.TERM !== 'dumb',
      columns: stream.columns || 100,
      ...(stream.isTTY ? { wrapAt: stream.columns || 80 } : {}),
      colors: ownColors(color),
      write: (text) => void write(unmarked(plain(shown(text)))),
      recorded: (text) => void write(unmarked(coloured(shown(text)))),
      raw: (text) => void write(unmarked(shown(text))),
      note: (text) => void stderr(unmarked(plain(shown(text)))),
      result: (value) =>
        void (json && stdout(`${plainJson(JSON.stringify(versioned(value), textsShown))}\n`)),
      hide: (by) => {
        mask = by;
      },
      forError: () => to(process.stderr, stderr),
    };
  };
  return json ? to(process.stderr, stderr) : to(process.stdout, stdout);
}
