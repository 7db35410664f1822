/** Who runs: recorded with every run, and the default namespace. */
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
