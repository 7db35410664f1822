/** What a command wants of the imports in its process: how long one may take, and who hears of it. */
import type { FlowError } from '../definition/errors';
import { isDebugged } from '../process/debugged';

export interface ImportWatch {
  /** How long an import may take. Milliseconds. */
  timeoutMs: number;
  /** The process that started this one ends an import that takes too long. */
  byParent?: boolean;
  /** After that, an import is slow. Milliseconds. */
  slowMs: number;
  /** Called once, when an import is slow. */
  slow?(file: string): void;
  /** What imported code does after its import, where no step can be at fault: it throws, or ends the process. */
  late?(error: FlowError): void;
}

/** How long an import may take, unless the command says otherwise. Milliseconds. */
export const IMPORT_TIMEOUT_MS = 120_000;

/** When an import is slow. Milliseconds. */
export const SLOW_MS = 10_000;

/** The longest that a timer of Node waits. Milliseconds. */
const LONGEST_MS = 2 ** 31 - 1;

let watch: ImportWatch = { timeoutMs: IMPORT_TIMEOUT_MS, slowMs: SLOW_MS };
const atEnd = new Set<() => void>();

/** Applies to all imports until the returned function is called. */
export function watchImports({ timeoutMs, ...hears }: Partial<ImportWatch>): () => void {
  const before = watch;
  watch = { slowMs: SLOW_MS, ...hears, timeoutMs: IMPORT_TIMEOUT_MS };
  limitImports(timeoutMs);
  return () => {
    watch = before;
    for (const end of atEnd) end();
    atEnd.clear();
  };
}

/** From now on, an import of what is watched may take so long. Milliseconds; undefined leaves it as it was. */
export function limitImports(timeoutMs = watch.timeoutMs): void {
  watch.timeoutMs = Math.min(timeoutMs, LONGEST_MS);
}

export function importWatch(): Readonly<ImportWatch> {
  return watch;
}

/** Whether this process itself is to end an import that takes too long. At a breakpoint it may take as it will. */
export function endsSlowImports(): boolean {
  return !watch.byParent && !isDebugged();
}

/** Calls `end` when the imports are not watched any more. */
export function whenUnwatched(end: () => void): void {
  atEnd.add(end);
}

/** Tells of a slow import, once. */
export function tellSlow(file: string): void {
  const { slow } = watch;
  delete watch.slow;
  slow?.(file);
}
