/** What a watch tells: of each save, and of each spin. */
import type { FlowError } from '../../definition/errors';
import type { Outcome } from './running';
import type { SpareListener } from './spare';

export interface Spun extends Outcome {
  /** Counts spins from 1. */
  n: number;
  changed: readonly string[];
  /** From the change of the file, or the key, to the result. Milliseconds. */
  latencyMs: number;
}

export interface Broken {
  code: string;
  message: string;
  /** How a command would print it. Absent where the sources say it. */
  text?: string;
  /** The place of a syntax error: `file:line:column`. */
  where?: string;
}

export interface WatchListener extends SpareListener {
  /** Everything is watched, and the first spin has begun. */
  ready(): void;
  begins(n: number, changed: readonly string[]): void;
  spun(spun: Spun): void;
  /** The step sees nothing of what changed. */
  unchanged(files: readonly string[]): void;
  /** Nothing can be spun until it is mended. */
  broken(broken: Broken, latencyMs: number): void;
  /** A spin under way was ended: what it executes is of yesterday. */
  stopped(n: number): void;
  columns(): number;
}

/** By what the sources cannot be read. */
export function brokenBy({ code, message, problems }: FlowError): Broken {
  const [, where] = /^(\S.*?:\d+:\d+) {2}/.exec(message) ?? [];
  const place = where ?? problems[0]?.where;
  return { code, message, ...(place === undefined ? {} : { where: place }) };
}
