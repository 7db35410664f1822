/** Which import is at fault for what its code does late: a process may import several flows, as `check` does. */
import { AsyncResource, executionAsyncId } from 'node:async_hooks';
import type { ImportEnded } from './import-ended';
import { filesOf, stackOf } from './import-stack';

/** An import, once it has begun. */
export interface Begun {
  file: string;
  /** Timers and callbacks of its code have higher numbers: every one has a number, and newer ones have higher numbers. */
  asyncId: number;
}

type Tell = (error: ImportEnded) => void;

/** By their files. */
const earlier = new Map<string, { asyncId: number; tell: Tell }>();

export function beginImport(file: string): Begun {
  return { file, asyncId: new AsyncResource('nx-flow').asyncId() };
}

/** @param tell hears what its code does late */
export function noteImport({ file, asyncId }: Begun, tell: Tell): void {
  earlier.set(file, { asyncId, tell });
}

export function hasEarlierImports(): boolean {
  return earlier.size > 0;
}

export function forgetImports(): void {
  earlier.clear();
}

/** Who hears an error that is not the fault of this import but of an earlier one, as the stack tells, or the timer. */
export function earlierAtFault({ ending, stack }: ImportEnded, now: Begun): Tell | undefined {
  if (earlier.size === 0 || ending.how === 'stuck' || ending.how === 'slow') return undefined;
  const files = filesOf(ending.how === 'left' ? stack : stackOf(ending.thrown));
  if (files.includes(now.file)) return undefined;
  const named = files.map((one) => earlier.get(one)).find((one) => one !== undefined);
  if (named) return named.tell;
  const id = executionAsyncId();
  return id < now.asyncId ? [...earlier.values()].findLast((one) => one.asyncId <= id)?.tell : undefined;
}
