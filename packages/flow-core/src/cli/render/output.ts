/** The output of a command: stdout for people, stderr with `--json`, colours on terminals. */
import { createColors } from 'picocolors';
import { type Json, versioned } from '../json/shapes';

export type Colors = ReturnType<typeof createColors>;

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
  /** Writes text for people. Adds no newline. */
  write(text: string): void;
  /** Writes the one JSON object, at the end. */
  result(json: Json): void;
}

/** A reader that leaves early (`| head`) does not end a run. */
function deafenTo(stream: NodeJS.WriteStream): void {
  if (stream.listenerCount('error') > 0) return;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

export function makeOutput(json: boolean, verbose: boolean): Output {
  deafenTo(process.stdout);
  deafenTo(process.stderr);
  // Bound now, since a spin replaces these to capture the step's output.
  const stdout = process.stdout.write.bind(process.stdout);
  const stderr = process.stderr.write.bind(process.stderr);
  const stream = json ? process.stderr : process.stdout;
  const live = stream.isTTY === true && !process.env.CI && process.env.TERM !== 'dumb';
  const color = process.env.NO_COLOR
    ? false
    : process.env.FORCE_COLOR
      ? process.env.FORCE_COLOR !== '0'
      : stream.isTTY === true;
  return {
    json,
    verbose,
    live,
    columns: stream.columns || 100,
    ...(stream.isTTY ? { wrapAt: stream.columns || 80 } : {}),
    colors: createColors(color),
    write: (text) => void (json ? stderr : stdout)(text),
    result: (value) => void (json && stdout(`${JSON.stringify(versioned(value))}\n`)),
  };
}
