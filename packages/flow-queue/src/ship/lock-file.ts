/** What a package-lock.json asks for beside a registry: folders and archives of the workspace. */
import { FlowError } from '@nx-flow/core/queue';

export const LOCK = 'package-lock.json';

interface Locked {
  resolved?: unknown;
  link?: unknown;
}

/**
 * Files of the workspace that npm reads when it installs what the lock file says: manifests of packages in it, archives.
 * @param text of a package-lock.json
 * @throws FlowError FLOW_SHIP
 */
export function filesOfLock(text: string): string[] {
  const { packages } = parsed(text);
  if (typeof packages !== 'object' || packages === null)
    throw new FlowError(
      'FLOW_SHIP',
      `${LOCK} is of a version that --ship cannot use: write it with npm 7 or newer.`,
    );
  const files = new Set<string>();
  for (const [place, { resolved, link } = {}] of Object.entries(packages as Record<string, Locked>)) {
    if (place !== '' && !place.split('/').includes('node_modules')) files.add(`${place}/package.json`);
    if (typeof resolved !== 'string' || !resolved.startsWith('file:')) continue;
    const path = resolved.slice('file:'.length);
    files.add(link === true ? `${path}/package.json` : path);
  }
  const outside = [...files].find((path) => path.startsWith('/') || path.split('/').includes('..'));
  if (outside === undefined) return [...files].sort();
  throw new FlowError(
    'FLOW_SHIP',
    `${LOCK} names ${outside}, which is outside of the workspace: --ship sends files of the workspace alone.`,
  );
}

function parsed(text: string): { packages?: unknown } {
  try {
    return JSON.parse(text) ?? {};
  } catch (cause) {
    throw new FlowError('FLOW_SHIP', `${LOCK} cannot be read: it is no JSON.`, { cause });
  }
}
