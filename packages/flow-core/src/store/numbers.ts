/**
 * The highest number that was taken of each counter, in a file beside the database. A database that has lost its newest
 * records would give numbers out again, and old hand-overs, exports and notes would name other runs.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileWhole } from './write-file';

const FILE = 'numbers.json';

export class Numbers {
  readonly #file: string;

  /** @param store its folder */
  constructor(store: string) {
    this.#file = join(store, FILE);
  }

  /** 0 when none was taken, or when the file was lost: then the database alone knows. */
  highest(counter: string): number {
    const number = this.#read()[counter];
    return Number.isSafeInteger(number) ? (number as number) : 0;
  }

  /** Synced before it returns: call before the number is given out. */
  note(counter: string, number: number): void {
    writeFileWhole(this.#file, JSON.stringify({ ...this.#read(), [counter]: number }));
  }

  #read(): Record<string, unknown> {
    try {
      const numbers: unknown = JSON.parse(readFileSync(this.#file, 'utf8'));
      return typeof numbers === 'object' && numbers !== null ? (numbers as Record<string, unknown>) : {};
    } catch {
      return {};
    }
  }
}
