/** The user and the namespace: both are recorded with every run. */
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

/** As an option it means all namespaces. No run has it as its own. */
export const EVERYBODY = 'everybody';

/** The namespace of a user, unless another was given. */
export function ownNamespace(user = currentUser()): string {
  return `user:${user}`;
}

/** The namespace in which the newest run is looked up; undefined means all. @param given null means all */
export function lookupNamespace(given: string | null | undefined): string | undefined {
  if (given === undefined) return ownNamespace();
  return given === null || given === EVERYBODY ? undefined : given;
}
