/** The colours of the commands themselves, told from those that stand in a text that is shown. */
import { createColors } from 'picocolors';

export type Colors = ReturnType<typeof createColors>;

/** Behind the first sign of each of our sequences. No text that was recorded before can have it. */
const MARK = `{${Math.random().toString(36).slice(2)}${process.pid}}`;
const OURS = `\x1b${MARK}`;

/** Colours whose sequences {@link isOurs} knows. */
export function ownColors(enabled: boolean): Colors {
  const colors = createColors(enabled);
  if (!enabled) return colors;
  const marked = Object.entries(colors).map(([name, paint]) => [
    name,
    typeof paint === 'function' ? ours(paint as (text: string) => string) : paint,
  ]);
  return Object.fromEntries(marked) as Colors;
}

function ours(paint: (text: string) => string): (text: unknown) => string {
  const [open = '', close = ''] = paint('\0')
    .split('\0')
    .map((sequence) => sequence.replaceAll('\x1b', OURS));
  return (text) => `${open}${String(text).replaceAll(close, close + open)}${close}`;
}

/** Whether one of our sequences begins there. */
export const isOurs = (text: string, at: number): boolean => text.startsWith(OURS, at);

/** As a terminal takes it. */
export const unmarked = (text: string): string => text.replaceAll(OURS, '\x1b');
