/** The body of a step that code belongs to, also in its timers and in promises that are not awaited, where it is followed. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { forbidEnd } from '../../process/ending';
import type { Starter } from '../../process/started';
import { passOverSteps } from '../../source/hear-failures';
import { leftError } from './left';

export const bodies = new AsyncLocalStorage<Starter>();
let stops = false;

/** Whether the code that calls is that of a body under way. In a test runner's process, each is followed. */
export function isInBody(): boolean {
  return bodies.getStore()?.ended === false;
}

/** What an ended body left running must not end the process, in which the command still writes what the body returned. */
export function stopLateExits(): void {
  if (stops) return;
  stops = true;
  const isOfEnded = () => bodies.getStore()?.ended === true;
  forbidEnd((how) => (isOfEnded() ? leftError(how) : undefined));
  passOverSteps(isOfEnded);
}
