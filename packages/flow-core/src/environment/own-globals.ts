/**
 * The engine's own timers and clock. The build puts these names in the place of the globals in every module of the engine,
 * so that a step that fakes timers or replaces `Date` does not stop the engine's.
 */
import * as timers from 'node:timers';

export const setTimeout = timers.setTimeout;
export const clearTimeout = timers.clearTimeout;
export const setInterval = timers.setInterval;
export const clearInterval = timers.clearInterval;
export const setImmediate = timers.setImmediate;
export const clearImmediate = timers.clearImmediate;
export const queueMicrotask = globalThis.queueMicrotask;
// biome-ignore lint/suspicious/noShadowRestrictedNames: it is meant to
export const Date = globalThis.Date;
export const process = globalThis.process;
const nanoseconds = process.hrtime.bigint;
/** Milliseconds of a steady clock. The global of this name would load a part of Node that takes longer than all of this file. */
export const performance = { now: () => Number(nanoseconds()) / 1e6 };
export const Buffer = globalThis.Buffer;
