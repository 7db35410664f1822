/** Publishes the fingerprint of every step, where its target's inputs name it. Computed again only for what changed. */
import { randomUUID } from 'node:crypto';
import { readFileSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import { FileCache } from '../graph/cache';
import type { SourceFile } from '../graph/sources';
import { CODE_FILE } from '../graph/step-targets';
import { Given } from './given';
import { fingerprintFile, snapshotHeadFile, writeIfOther } from './layout';

interface Known {
  /** Every file that the fingerprints came from, with its stamp; null for one that was looked for and not there. */
  files: Record<string, string | null>;
  steps: Record<string, StepCode>;
  /** Some code may ask for `current.user`: then results are each user's own. */
  personal: boolean;
}

interface StepCode {
  digest: string;
  /** It loads code by a computed name: nobody can say what that is. */
  open?: true;
}

/** Of each flow, by `flowKey`: the code of its steps. */
export type FlowCodes = ReadonlyMap<string, Readonly<Record<string, StepCode>>>;

export const flowKey = (file: string, flow: string) => `${file} ${flow}`;

export async function publishFingerprints(
  sources: readonly SourceFile[],
  workspace: string,
  argv: readonly string[],
): Promise<FlowCodes> {
  const given = new Given(workspace, argv);
  const codes = new Map<string, Record<string, StepCode>>();
  const cache = new FileCache<Known>(workspace, 'fingerprints');
  const stamps = new Stamps();
  for (const { file, flows } of sources) {
    for (const { name, known } of flows) {
      if (known.length === 0) continue;
      const key = flowKey(file, name);
      let now = cache.get(key);
      if (!now || !stamps.same(now.files)) now = await fingerprints(file, name, workspace, stamps);
      cache.set(key, now);
      codes.set(key, now.steps);
      const more = [...(now.personal ? [await user()] : []), ...(await given.of(file, name, 'step'))];
      for (const { name: step } of known) {
        const code = now.steps[step];
        const digest = code && !code.open ? code.digest : randomUUID();
        writeIfOther(join(workspace, fingerprintFile(file, name, step)), [digest, ...more].join(' '));
      }
      const all = Object.values(now.steps).map(({ digest }) => digest);
      const head = [...all, ...(await given.of(file, name, 'snapshot'))].join(' ');
      writeIfOther(join(workspace, snapshotHeadFile(file, name)), head);
    }
  }
  cache.write();
  return codes;
}

async function user(): Promise<string> {
  const { currentUser } = await import('@nx-flow/core/source');
  return currentUser();
}

async function fingerprints(file: string, flow: string, root: string, stamps: Stamps): Promise<Known> {
  const { fingerprintFlow } = await import('@nx-flow/core/source');
  try {
    const { steps, files } = fingerprintFlow({ file: join(root, file), flow, root });
    return {
      personal: Object.keys(files).some((path) => files[path] !== null && asksForUser(path)),
      files: Object.fromEntries(Object.keys(files).map((path) => [path, stamps.of(path)])),
      steps: Object.fromEntries(
        Object.entries(steps).map(([name, { digest, open }]) => [
          name,
          { digest, ...(open.length > 0 ? { open: true } : {}) },
        ]),
      ),
    };
  } catch {
    // It does not parse: nothing is replayed, and executing it says why.
    return { files: { '': '' }, steps: {}, personal: false };
  }
}

/** Time stamps tell whether a file changed, unless it changed this instant: then it may again within the same tick. */
const SETTLED_MS = 50;

class Stamps {
  readonly #known = new Map<string, string | null>();
  readonly #now = Date.now();

  of(file: string): string | null {
    let stamp = this.#known.get(file);
    if (stamp === undefined) {
      const found = look(file);
      const settled = found && Math.abs(this.#now - Math.max(found.mtimeMs, found.ctimeMs)) > SETTLED_MS;
      stamp = !found ? null : settled ? `${found.mtimeMs} ${found.ctimeMs} ${found.size} ${found.ino}` : '';
      this.#known.set(file, stamp);
    }
    return stamp;
  }

  same(files: Record<string, string | null>): boolean {
    return Object.entries(files).every(([file, stamp]) => stamp !== '' && this.of(file) === stamp);
  }
}

/** A file of the user's own code in which the word stands. Packages are told of users by whoever calls them. */
function asksForUser(path: string): boolean {
  if (/[\\/]node_modules[\\/]/.test(path) || !CODE_FILE.test(path)) return false;
  return /\bcurrent\b/.test(readFileSync(path, 'utf8'));
}

function look(file: string): Stats | undefined {
  try {
    return statSync(file, { throwIfNoEntry: false });
  } catch {
    // Where a folder was looked for and a file lies, there is nothing.
    return undefined;
  }
}
