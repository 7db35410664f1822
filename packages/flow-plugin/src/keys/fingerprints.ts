/** Publishes the fingerprint of every step, where its target's inputs name it. Computed again only for what changed. */
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { SourceFile } from '../graph/sources';
import { FileCache } from '../nx/file-cache';
import { fingerprintFile, markerFile, snapshotKeyFile, writeIfOther } from '../nx/published-files';
import { type FileStamps, Stamps, UNSETTLED } from './stamps';
import type { CodeKey, SnapshotTargetKey, StepTargetKey } from './target-keys';
import { TargetParams } from './target-params';

export interface KnownCode {
  /** The files that the fingerprints were computed from. */
  stamps: FileStamps;
  steps: FlowCode;
}

/** What is known of the code of a flow's steps. */
export type FlowCode = Record<string, StepCode>;

interface StepCode {
  digest: string;
  /** What it executes or sees cannot be known: code of a computed name, or runs in another store. */
  open?: true;
  /** It may ask for `current.user`: then results are each user's own. */
  personal?: true;
  /** It may read what runs recorded: then results hold while the store is not written to. */
  reading?: true;
}

/** The code of each flow, by `flowKey`. */
export type FlowCodes = ReadonlyMap<string, FlowCode>;

export const flowKey = (file: string, flow: string) => `${file} ${flow}`;

export async function publishFingerprints(
  sources: readonly SourceFile[],
  workspace: string,
  argv: readonly string[],
): Promise<FlowCodes> {
  const params = new TargetParams(workspace, argv);
  const codes = new Map<string, FlowCode>();
  const cache = new FileCache<KnownCode>(workspace, 'fingerprints');
  const stamps = new Stamps();
  for (const { file, flows } of sources) {
    for (const { name, known } of flows) {
      if (known.length === 0) continue;
      const key = flowKey(file, name);
      let now = cache.get(key);
      if (!now || !stamps.same(now.stamps)) now = await knownCode(file, name, workspace, stamps);
      cache.set(key, now);
      codes.set(key, now.steps);
      const steps = known.map(({ name: step }) => step);
      const texts = await textsOf({ workspace, file, flow: name, steps }, now.steps, params);
      publish(workspace, join(workspace, markerFile(file, name)), texts);
    }
  }
  cache.write();
  return codes;
}

/** The texts to publish, by the files that they belong in, from the workspace root. */
async function textsOf(
  { workspace, file, flow, steps }: { workspace: string; file: string; flow: string; steps: string[] },
  codes: FlowCode,
  targetParams: TargetParams,
): Promise<Map<string, string>> {
  const params = await targetParams.of(file, flow, 'step');
  const texts = new Map<string, string>();
  for (const step of steps) {
    const key: StepTargetKey = { code: await codeKeyOf(codes[step], workspace), params };
    texts.set(fingerprintFile(file, flow, step), JSON.stringify(key));
  }
  const key: SnapshotTargetKey = {
    code: Object.values(codes).map(({ digest }) => digest),
    params: await targetParams.of(file, flow, 'snapshot'),
  };
  texts.set(snapshotKeyFile(file, flow), JSON.stringify(key));
  return texts;
}

/** Raised when the files of an output folder are others than before. */
const LAYOUT = 'layout-3';

export async function codeKeyOf(code: StepCode | undefined, workspace: string): Promise<CodeKey> {
  if (!code || code.open) return { fingerprint: randomUUID(), layout: LAYOUT };
  const { digest, personal, reading } = code;
  return {
    fingerprint: digest,
    layout: LAYOUT,
    ...(personal ? { user: await user() } : {}),
    ...(reading ? { store: await storeState(workspace) } : {}),
  };
}

/** Writes what is not there. The marker holds a hash of all texts, and the state of the folder that most of them lie in. */
function publish(workspace: string, marker: string, texts: ReadonlyMap<string, string>): void {
  const hash = createHash('sha256')
    .update(JSON.stringify([...texts]))
    .digest('hex');
  const paths = [...texts.keys()].map((path) => join(workspace, path));
  const folder = dirname(paths[0] as string);
  const stamp = new Stamps().of(folder);
  // A file that was removed has changed its folder; the last one lies next to the marker.
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
  const { currentUser } = await import('@nx-flow/core/keys');
  return currentUser();
}

/** A name for what the store holds: another one after each write. */
async function storeState(workspace: string): Promise<string> {
  const { readGeneration, storeFolder } = await import('@nx-flow/core/keys');
  return readGeneration(storeFolder(workspace, workspace)) ?? randomUUID();
}

export async function knownCode(
  file: string,
  flow: string,
  root: string,
  stamps: Stamps,
): Promise<KnownCode> {
  const { fingerprintFlow } = await import('@nx-flow/core/source');
  try {
    const { steps, files } = fingerprintFlow({ file: join(root, file), flow, root });
    return {
      stamps: stamps.take(Object.keys(files), (path) => files[path] !== null),
      steps: Object.fromEntries(
        Object.entries(steps).map(([name, { digest, open, reads }]) => [
          name,
          {
            digest,
            ...(open.length > 0 || reads.stores ? { open: true } : {}),
            ...(reads.user ? { personal: true } : {}),
            ...(reads.runs ? { reading: true } : {}),
          },
        ]),
      ),
    };
  } catch {
    // It does not parse: nothing is replayed, and executing it says why.
    return { stamps: { files: { '': UNSETTLED }, absent: {} }, steps: {} };
  }
}
