/** Which policy of `flow.json` was accepted, by a `gc` that somebody gave, and when it was last followed: a file in the store. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileWhole } from '../../store/folder/write-file';
import { type Policy, policyDigest } from './policy';

const FILE = 'retention.json';

/** How long after it was followed, or shown, it is not looked at again. Milliseconds. */
const DAY_MS = 24 * 60 * 60 * 1000;

export interface Acceptance {
  /** The policy as {@link policyDigest} gives it. */
  accepted?: string;
  /** The one that was looked at last. */
  last?: string;
  /** When that was. Milliseconds since 1970. */
  at?: number;
  /** What was to go then took too long: the next one goes on. */
  unfinished?: true;
}

/** Empty where nothing was accepted yet. @param store its folder */
export function readAcceptance(store: string): Acceptance {
  try {
    const found: unknown = JSON.parse(readFileSync(join(store, FILE), 'utf8'));
    return typeof found === 'object' && found !== null ? found : {};
  } catch {
    return {};
  }
}

export function writeAcceptance(store: string, acceptance: Acceptance): void {
  writeFileWhole(join(store, FILE), `${JSON.stringify(acceptance)}\n`);
}

/** By hand: from now on, it works by itself. */
export function accept(store: string, policy: Policy, at: number): void {
  const digest = policyDigest(policy);
  writeAcceptance(store, { accepted: digest, last: digest, at });
}

/** Whether it is to be followed, to be shown, or nothing is to be done yet. */
export function dueNow(acceptance: Acceptance, policy: Policy, now: number): 'follow' | 'show' | undefined {
  const digest = policyDigest(policy);
  const { accepted, last, at = 0, unfinished } = acceptance;
  if (unfinished && accepted === digest) return 'follow';
  // A time to come is of a clock that was wrong.
  if (last === digest && at <= now && now - at < DAY_MS) return undefined;
  return accepted === digest ? 'follow' : 'show';
}
