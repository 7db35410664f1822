/** Reads sources and records every read: what a fingerprint depends on. */
import { readFileSync, realpathSync } from 'node:fs';
import { parseJsonc } from '../jsonc';
import { hash } from './hash';

export interface SourceHost {
  /** Returns the bytes of a file, or undefined when it is missing. */
  read(file: string): Uint8Array | undefined;
  /** Returns the path without symbolic links, or the path itself when it is missing. */
  realpath(path: string): string;
}

export const diskHost: SourceHost = {
  read(file) {
    try {
      return readFileSync(file);
    } catch {
      return undefined;
    }
  },
  realpath(path) {
    try {
      return realpathSync(path);
    } catch {
      return path;
    }
  },
};

/** Reads each file once. */
export class Sources {
  readonly #host: SourceHost;
  readonly #bytes = new Map<string, Uint8Array | undefined>();
  readonly #json = new Map<string, Record<string, unknown> | undefined>();

  constructor(host: SourceHost) {
    this.#host = host;
  }

  read(file: string): Uint8Array | undefined {
    if (!this.#bytes.has(file)) this.#bytes.set(file, this.#host.read(file));
    return this.#bytes.get(file);
  }

  has(file: string): boolean {
    return this.read(file) !== undefined;
  }

  text(file: string): string | undefined {
    const bytes = this.read(file);
    return bytes && Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  }

  /** Parses a JSON object, with comments and trailing commas as in tsconfig. Undefined for anything else. */
  json(file: string): Record<string, unknown> | undefined {
    if (!this.#json.has(file)) this.#json.set(file, parseJsonc(this.text(file)));
    return this.#json.get(file);
  }

  realpath(path: string): string {
    return this.#host.realpath(path);
  }

  /** Every file that was read: the hash of its bytes, or null when it was missing. */
  seen(): Record<string, string | null> {
    const files = [...this.#bytes].sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(files.map(([file, bytes]) => [file, bytes ? hash(bytes) : null]));
  }
}
