/** Who runs, and whose runs are looked at: recorded with every run. */
import { userInfo } from 'node:os';

/** `NX_FLOW_USER`, or the account's name; in a container without accounts, its number. */
export function currentUser(): string {
  if (process.env.NX_FLOW_USER) return process.env.NX_FLOW_USER;
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? 'unknown');
  }
}

/** Given as a namespace, it stands for all of them: no run is in it. */
export const EVERYBODY = 'everybody';

/** The namespace of a user, unless another was given. */
export function ownNamespace(user = currentUser()): string {
  return `user:${user}`;
}

/** Whose runs count where the newest is looked up; undefined for everybody's. @param given null for everybody's */
export function lookupNamespace(given: string | null | undefined): string | undefined {
  if (given === undefined) return ownNamespace();
  return given === null || given === EVERYBODY ? undefined : given;
}
