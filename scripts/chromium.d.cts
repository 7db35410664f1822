import type { Browser } from 'playwright-core';

/** What to do where there is none, as one sentence. */
export const MISSING: string;
/** The browser's file. */
export function findChromium(): string | undefined;
/** Starts it. @throws Error where there is none */
export function openChromium(): Promise<Browser>;
/** Whether tests have to find it. */
export const IN_CI: boolean;
