/** The keys of a watch, on a terminal. */
import type { Screen } from './screen';

export const KEYS: readonly [key: string, what: string][] = [
  ['Enter', 'spin again'],
  ['?', 'list the keys'],
  ['q', 'quit'],
];

export interface KeyActions {
  again(): void;
  /** @param code the exit code */
  quit(code: number): void;
}

/** Reads them until the screen is closed. Without a terminal there are none. */
export function keysOf(screen: Screen, { again, quit }: KeyActions): void {
  const { stdin } = process;
  if (!stdin.isTTY) return;
  stdin.setRawMode(true);
  stdin.setEncoding('utf8').resume();
  stdin.on('data', (text: string) => {
    for (const key of text) {
      if (key === '\r' || key === '\n') again();
      else if (key === '?') screen.help();
      else if (key === 'q') quit(0);
      // Ctrl-C and Ctrl-D, as the terminal gives them in this mode.
      else if (key === '\x03') quit(130);
      else if (key === '\x04') quit(0);
    }
  });
}
