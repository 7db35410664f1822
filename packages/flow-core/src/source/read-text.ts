/** Reads a file as text: UTF-8, or UTF-16 with a byte order mark, as some editors and shells write it. */
import { readFileSync } from 'node:fs';

/** The byte order mark is no part of the text. @throws as readFileSync; TypeError for bytes that are no such text */
export function readText(file: string): string {
  const bytes = readFileSync(file);
  const mark = bytes.subarray(0, 2).toString('hex');
  const encoding = mark === 'fffe' ? 'utf-16le' : mark === 'feff' ? 'utf-16be' : 'utf-8';
  return new TextDecoder(encoding, { fatal: true }).decode(bytes);
}
