/** Code that a step left running may throw after its body has ended. That changes nothing; an event reports it. */
import { headlineOf } from '../definition/thrown';
import { isGuarded } from '../engine/contain/guard';
import { lateLeaving } from '../engine/contain/left';
import type { Emit } from '../engine/task/flow-event';

let listener: Emit | undefined;
let installed = false;
let waiting: unknown[] = [];
/** An interval may throw again and again. */
let told = new Set<string>();

/** Call before a spin begins: from the end of the body on, late errors are collected. */
export function collectThrownLate(): void {
  listener = undefined;
  waiting = [];
  told = new Set();
  if (installed) return;
  installed = true;
  const thrown = (error: unknown) => {
    // It belongs to the body that is under way, and fails it.
    if (isGuarded()) return;
    if (listener) report(error, listener);
    else waiting.push(error);
  };
  process.on('uncaughtException', thrown).on('unhandledRejection', thrown);
}

/** Call when the spin has ended. Until the next one begins, `emit` gets late errors. */
export function hearThrownLate(emit: Emit): void {
  listener = emit;
  for (const error of waiting.splice(0)) report(error, emit);
}

function report(error: unknown, emit: Emit): void {
  const message = lateLeaving(error) ?? headlineOf(error);
  if (told.has(message)) return;
  told.add(message);
  emit({ type: 'thrown-late', message });
}
