/**
 * The outcome of a task as a plain message: most are small and many, and to say each as V8 does takes longer than to execute a
 * quick task. The bytes of artifacts travel beside it.
 */
import type { TaskOutcome } from '../task/task';

/** An artifact's record on its way: its bytes are a number, which says which of those beside it they are. */
interface OnItsWay {
  bytes?: Uint8Array | number;
}

/**
 * Calls a function with the outcome as a plain one, which is undone when it returns.
 * @returns false where it is no plain one: it failed, or shows something, or has what JSON does not say
 */
export function withPlain(outcome: TaskOutcome, send: (bytes: Uint8Array[]) => void): boolean {
  if (outcome.status !== 'done' || outcome.cards || outcome.parts || outcome.changed) return false;
  const { stored, references, files, missing } = outcome.result;
  if (references.length > 0 || files || missing) return false;
  const bytes: Uint8Array[] = [];
  for (let i = 0; i < stored.length; i++) {
    const record = (stored[i] as [string, OnItsWay])[1];
    if (record.bytes === undefined) continue;
    bytes.push(record.bytes as Uint8Array);
    record.bytes = bytes.length - 1;
  }
  try {
    send(bytes);
  } finally {
    placeBytes(outcome, bytes);
  }
  return true;
}

/** Gives the records of an outcome the bytes that came beside it. */
export function placeBytes(outcome: TaskOutcome, bytes: readonly Uint8Array[]): void {
  if (outcome.status !== 'done') return;
  const { stored } = outcome.result;
  for (let i = 0; i < stored.length; i++) {
    const record = (stored[i] as [string, OnItsWay])[1];
    if (typeof record.bytes === 'number') record.bytes = bytes[record.bytes] as Uint8Array;
  }
}
