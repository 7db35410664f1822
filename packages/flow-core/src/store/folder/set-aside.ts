/**
 * Files of large values that were damaged or lost. A repair moves what is left of one aside, under its name with an ending: that
 * it was damaged is known from then on, and the same bytes can be stored again.
 */
import { closeSync, existsSync, mkdirSync, openSync, renameSync, statSync, utimesSync } from 'node:fs';
import { dirname } from 'node:path';

/** Behind the name of a file that was set aside. */
export const LOST = '.lost';

const aside = (path: string) => `${path}${LOST}`;

/** @param at when it was repaired: milliseconds since 1970 */
export function setAside(path: string, at: number): void {
  if (existsSync(path)) renameSync(path, aside(path));
  else if (!existsSync(aside(path))) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    closeSync(openSync(aside(path), 'wx', 0o600));
  } else return;
  utimesSync(aside(path), at / 1000, at / 1000);
}

/** The day on which a file was set aside, `2026-12-24`. Undefined for one that was not. */
export function setAsideOn(path: string): string | undefined {
  return statSync(aside(path), { throwIfNoEntry: false })?.mtime.toISOString().slice(0, 10);
}
