/** Publishes each step's fingerprint in the file that its target's inputs name. Recomputes only what changed. */
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

/** The known code of a flow's steps. */
export type FlowCode = Record<string, StepCode>;

interface StepCode {
  digest: string;
  /** Its code or inputs are unknown: it loads code by a computed name, or reads runs in another store. */
  open?: true;
  /** It may read `current.user`. Then each user has their own results. */
  personal?: true;
  /** It may read recorded runs. Then results are valid while the store does not change. */
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
      // The stamps may have been brought up to date in place.
      cache.set(key, { ...now });
      codes.set(key, now.steps);
      const steps = known.map(({ name: step }) => step);
      const texts = await textsOf({ workspace, file, flow: name, steps }, now.steps, params);
      publish(workspace, join(workspace, markerFile(file, name)), texts);
    }
  }
  cache.write();
  return codes;
}

/** The texts to publish, by their files from the workspace root. */
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

/** Goes up when the layout of output folders changes. */
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

/** Writes missing texts. The marker has a hash of all texts, and the state of the folder with most of them. */
function publish(workspace: string, marker: string, texts: ReadonlyMap<string, string>): void {
  const hash = createHash('sha256')
    .update(JSON.stringify([...texts]))
    .digest('hex');
  const paths = [...texts.keys()].map((path) => join(workspace, path));
  const folder = dirname(paths[0] as string);
  const stamp = new Stamps().of(folder);
  // Removing a file changes its folder's stamp. The last file is next to the marker, so it is checked itself.
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

/** A name for the store's content. Each write changes it. */
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
    // It does not parse: nothing is replayed, and executing it reports why.
    return { stamps: { files: { '': UNSETTLED }, absent: {} }, steps: {} };
  }
}
