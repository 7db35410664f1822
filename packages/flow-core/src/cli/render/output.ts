/** Where a command writes: stdout for people, stderr beside JSON, colours where they are seen. */
import { createColors } from 'picocolors';
import { type Json, versioned } from '../json/shapes';

export type Colors = ReturnType<typeof createColors>;

export interface Output {
  json: boolean;
  verbose: boolean;
  /** A terminal that can redraw lines. */
  live: boolean;
  /** Of the terminal; 100 where the text goes elsewhere. */
  columns: number;
  /** Sentences break at words before so many columns. Absent where the text goes elsewhere than to a terminal. */
  wrapAt?: number;
  colors: Colors;
  /** The human's text. Not a line: give the newline. */
  write(text: string): void;
  /** The one JSON object, last. */
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
  // Captured now: a spin looks at what the step writes by replacing these.
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
