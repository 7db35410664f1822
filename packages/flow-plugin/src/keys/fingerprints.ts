/** Publishes each step's fingerprint in the file that its target's inputs name. Recomputes only what changed. */
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SourceFile } from '../graph/sources';
import { FileCache } from '../nx/file-cache';
import {
  fingerprintFile,
  fingerprintFolder,
  markerFile,
  snapshotKeyFile,
  writeIfOther,
} from '../nx/published-files';
import { type FileStamps, Stamps, UNKNOWN, UNSETTLED } from '../nx/stamps';
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
      const now = stamps.upToDate(cache.get(key)) ?? (await knownCode(file, name, workspace, stamps));
      cache.set(key, now);
      codes.set(key, now.steps);
      const steps = known.map(({ name: step }) => step);
      const flow = { workspace, file, flow: name };
      publish(flow, await textsOf(flow, steps, now.steps, params));
    }
  }
  cache.write();
  return codes;
}

interface PublishedFlow {
  workspace: string;
  file: string;
  flow: string;
}

/** The texts to publish. */
interface Texts {
  steps: Map<string, string>;
  snapshot: string;
}

async function textsOf(
  { workspace, file, flow }: PublishedFlow,
  steps: readonly string[],
  codes: FlowCode,
  targetParams: TargetParams,
): Promise<Texts> {
  const params = await targetParams.of(file, flow, 'step');
  const texts = new Map<string, string>();
  for (const step of steps) {
    const code = codeKeyOf(codes[step], workspace);
    // Most are known at once, and to wait for each of thousands takes milliseconds.
    const key: StepTargetKey = { code: code instanceof Promise ? await code : code, params };
    texts.set(step, JSON.stringify(key));
  }
  const key: SnapshotTargetKey = {
    code: Object.values(codes).map(({ digest }) => digest),
    params: await targetParams.of(file, flow, 'snapshot'),
  };
  return { steps: texts, snapshot: JSON.stringify(key) };
}

/** Goes up when the layout of output folders changes. */
const LAYOUT = 'layout-3';

export function codeKeyOf(code: StepCode | undefined, workspace: string): CodeKey | Promise<CodeKey> {
  if (!code || code.open) return { fingerprint: randomUUID(), layout: LAYOUT };
  const key = { fingerprint: code.digest, layout: LAYOUT };
  return code.personal || code.reading ? withSurroundings(key, code, workspace) : key;
}

async function withSurroundings(
  key: CodeKey,
  { personal, reading }: StepCode,
  workspace: string,
): Promise<CodeKey> {
  return {
    ...key,
    ...(personal ? { user: await user() } : {}),
    ...(reading ? { store: await storeState(workspace) } : {}),
  };
}

/** Writes missing texts. The marker has a hash of all texts, and the state of the folder with most of them. */
function publish({ workspace, file, flow }: PublishedFlow, { steps, snapshot }: Texts): void {
  const hash = createHash('sha256');
  for (const [step, text] of steps) hash.update(`${step}\0${text}\0`);
  const digest = hash.update(snapshot).digest('hex');
  const folder = join(workspace, fingerprintFolder(file, flow));
  const marker = join(workspace, markerFile(file, flow));
  const last = join(workspace, snapshotKeyFile(file, flow));
  const stamp = new Stamps().of(folder);
  // Removing a file changes its folder's stamp. The last file is next to the marker, so it is checked itself.
  if (stamp !== UNSETTLED && isText(marker, `${digest} ${stamp}`) && existsSync(last)) return;
  for (const [step, text] of steps) writeIfOther(join(workspace, fingerprintFile(file, flow, step)), text);
  writeIfOther(last, snapshot);
  writeIfOther(marker, `${digest} ${new Stamps().of(folder)}`);
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
    return { stamps: UNKNOWN, steps: {} };
  }
}
