/** Publishes the fingerprint of every step, where its target's inputs name it. Computed again only for what changed. */
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { FileCache } from '../graph/cache';
import type { SourceFile } from '../graph/sources';
import { CODE_FILE } from '../graph/step-targets';
import { Given } from './given';
import { fingerprintFile, markerFile, snapshotHeadFile, writeIfOther } from './layout';
import { type Seen, Stamps, UNSETTLED } from './stamps';

interface Known {
  /** What the fingerprints came from. */
  seen: Seen;
  steps: Record<string, StepCode>;
  /** Some code may ask for `current.user`: then results are each user's own. */
  personal: boolean;
  /** Some code may read what runs recorded: then results hold while no store is written to. */
  reading: boolean;
}

interface StepCode {
  digest: string;
  /** It loads code by a computed name: nobody can say what that is. */
  open?: true;
}

/** Of each flow, by `flowKey`: the code of its steps. */
export type FlowCodes = ReadonlyMap<string, Pick<Known, 'steps' | 'reading'>>;

export const flowKey = (file: string, flow: string) => `${file} ${flow}`;

export async function publishFingerprints(
  sources: readonly SourceFile[],
  workspace: string,
  argv: readonly string[],
): Promise<FlowCodes> {
  const given = new Given(workspace, argv);
  const codes = new Map<string, Known>();
  const cache = new FileCache<Known>(workspace, 'fingerprints');
  const stamps = new Stamps();
  for (const { file, flows } of sources) {
    for (const { name, known } of flows) {
      if (known.length === 0) continue;
      const key = flowKey(file, name);
      let now = cache.get(key);
      if (!now || !stamps.same(now.seen)) now = await fingerprints(file, name, workspace, stamps);
      cache.set(key, now);
      codes.set(key, now);
      const steps = known.map(({ name: step }) => step);
      const texts = await textsOf({ workspace, file, flow: name, steps }, now, given);
      publish(workspace, join(workspace, markerFile(file, name)), texts);
    }
  }
  cache.write();
  return codes;
}

/** By the files that they belong into, from the workspace root. */
async function textsOf(
  { workspace, file, flow, steps }: { workspace: string; file: string; flow: string; steps: string[] },
  { steps: codes, personal, reading }: Known,
  given: Given,
): Promise<Map<string, string>> {
  const state = reading ? [await storeState(workspace)] : [];
  const more = [...(personal ? [await user()] : []), ...state, ...(await given.of(file, flow, 'step'))];
  const texts = new Map<string, string>();
  for (const step of steps) {
    const code = codes[step];
    const digest = code && !code.open ? code.digest : randomUUID();
    texts.set(fingerprintFile(file, flow, step), [digest, ...more].join(' '));
  }
  const all = Object.values(codes).map(({ digest }) => digest);
  texts.set(snapshotHeadFile(file, flow), [...all, ...(await given.of(file, flow, 'snapshot'))].join(' '));
  return texts;
}

/** Writes what is not there. The marker holds a hash of all texts, and the state of the folder that most of them lie in. */
function publish(workspace: string, marker: string, texts: ReadonlyMap<string, string>): void {
  const hash = createHash('sha256')
    .update(JSON.stringify([...texts]))
    .digest('hex');
  const paths = [...texts.keys()].map((path) => join(workspace, path));
  const folder = dirname(paths[0] as string);
  const stamp = new Stamps().of(folder);
  // A file that somebody removed has changed its folder; the last one lies beside the marker.
  if (stamp !== UNSETTLED && isText(marker, `${hash} ${stamp}`) && existsSync(paths.at(-1) as string)) return;
  for (const [path, text] of texts) writeIfOther(join(workspace, path), text);
  writeIfOther(marker, `${hash} ${new Stamps().of(folder)}`);
}

function isText(file: string, text: string): boolean {
  try {
    return readFileSync(file, 'utf8') === text;
  } catch {
    return false;
  }
}

async function user(): Promise<string> {
  const { currentUser } = await import('@nx-flow/core/heads');
  return currentUser();
}

/** A name for what the store holds: another one after each write. */
export async function storeState(workspace: string): Promise<string> {
  const { readGeneration, storeFolder } = await import('@nx-flow/core/heads');
  return readGeneration(storeFolder(workspace, workspace)) ?? randomUUID();
}

async function fingerprints(file: string, flow: string, root: string, stamps: Stamps): Promise<Known> {
  const { fingerprintFlow } = await import('@nx-flow/core/source');
  try {
    const { steps, files } = fingerprintFlow({ file: join(root, file), flow, root });
    return {
      ...whatIsAsked(Object.keys(files).filter((path) => files[path] !== null)),
      seen: stamps.see(Object.keys(files), (path) => files[path] !== null),
      steps: Object.fromEntries(
        Object.entries(steps).map(([name, { digest, open }]) => [
          name,
          { digest, ...(open.length > 0 ? { open: true } : {}) },
        ]),
      ),
    };
  } catch {
    // It does not parse: nothing is replayed, and executing it says why.
    return { seen: { files: { '': '' }, absent: {} }, steps: {}, personal: false, reading: false };
  }
}

/** By words that stand in the user's own code. Packages are told of users and runs by whoever calls them. */
function whatIsAsked(paths: readonly string[]): Pick<Known, 'personal' | 'reading'> {
  const asked = { personal: false, reading: false };
  for (const path of paths) {
    if (/[\\/]node_modules[\\/]/.test(path) || !CODE_FILE.test(path)) continue;
    const text = readFileSync(path, 'utf8');
    asked.personal ||= /\bcurrent\b/.test(text);
    asked.reading ||= /\bclient\b/.test(text) && text.includes('@nx-flow/core');
  }
  return asked;
}
