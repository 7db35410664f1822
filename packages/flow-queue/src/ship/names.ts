/** The names of files in code that is sent: which of them may be written, and which never leave a machine. */
import { FlowError } from '@nx-flow/core/queue';

/** The most of one archive: files, and bytes of all of them. */
export const MOST_FILES = 20_000;
export const MOST_BYTES = 256 * 1024 * 1024;

/** Folders that belong to a machine, and not to the code. */
const FOLDERS = /^(node_modules|\.git|\.flow|\.nx|\.ssh|\.aws|\.gnupg)$/i;

/** Files that hold what nobody else is to know: variables, access to registries, keys. */
const PRIVATE =
  /^(\.env.*|env\..*|.*\.env|\.npmrc.*|\.yarnrc.*|\.?_?netrc|\.(pgpass|git-credentials|pypirc|dockerconfigjson|htpasswd|vault-token|boto)|id_(rsa|dsa|ecdsa|ed25519).*|.*\.(pem|key|p12|pfx|jks|tfstate)|kubeconfig|credentials(\.json)?|service-account.*\.json|secrets?\.(ya?ml|json))$/i;

/** What no name of a file is written with; Windows reads some more as something else. */
const ODD = process.platform === 'win32' ? /[\\\p{Cc}:*?"<>|]|[. ]$/u : /[\\\p{Cc}]/u;

/** Whether a file stays where it is, whoever names it. @param path from the workspace, with `/` */
export function staysHere(path: string): boolean {
  const parts = path.split('/');
  return parts.some((part) => FOLDERS.test(part)) || parts.some((part) => PRIVATE.test(part));
}

/** Why a file of this name is not written into a checkout. Undefined for a good one. */
export function whyNotWritten(path: unknown): string | undefined {
  if (typeof path !== 'string' || path === '' || path.length > 1000) return 'is no name of a file';
  if (path.startsWith('/')) return 'is an absolute path';
  const parts = path.split('/');
  if (parts.some((part) => part === '..')) return 'leads out of the folder';
  if (parts.some((part) => part === '' || part === '.' || ODD.test(part))) return 'is no plain path';
  return staysHere(path) ? 'is a file that is never taken' : undefined;
}

/** The sentence of an archive that is not taken. */
export function badArchive(what: string): FlowError {
  return new FlowError('FLOW_SHIP_ARCHIVE', `The code that was sent is not taken: ${what}.`, { exit: 1 });
}

/** As it is shown: names come from others. */
export const shownName = (path: unknown): string => JSON.stringify(String(path).slice(0, 100));
