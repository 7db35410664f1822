/**
 * What differs inside of the artifacts of a spin that has ended, read from its outputs: for whoever is asked for it afterwards, as
 * a watch is by a key.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { differenceOfArtifacts } from '../engine/difference/artifacts';
import { readOutput } from '../engine/outputs/read-output';
import { recordedOutputs } from '../engine/record/read';
import { addDifferences } from '../engine/spin/differences';
import type { SpinArtifact } from '../engine/spin/outcome';
import type { ArtifactDifference } from '../engine/task/difference';
import type { SpinDone } from '../engine/task/flow-event';
import type { OutputFile } from '../engine/task/task';
import { parsePathspec } from '../store/pathspec';
import type { Store } from '../store/store';
import type { Codecs } from '../store/values/artifacts';

export interface SpinInStore {
  /** The store of its origin. */
  store: Store;
  /** The folder of the workspace. */
  workspace: string;
  /** Those of the flow. */
  codecs?: Codecs;
}

/**
 * By artifact, of those that changed. Empty where the spin had no task to compare with, and where its outputs are not those of
 * this spin any more.
 * @param only this artifact
 */
export async function differencesOfSpin(
  { flow, origin, outputs, artifacts }: SpinDone,
  { store, workspace, codecs }: SpinInStore,
  only?: string,
): Promise<Map<string, ArtifactDifference>> {
  const { run, step, task } = origin === undefined ? {} : parsePathspec(origin);
  if (outputs === undefined || run === undefined || step === undefined || task === undefined)
    return new Map();
  const row = await store.task(flow, run, step, task);
  if (!row) return new Map();
  const folder = join(workspace, outputs);
  const files = filesIn(folder);
  const digests = new Map(files.map(({ name, digest }) => [name, digest]));
  const compared = artifacts
    .filter(({ name, digest }) => (only ?? name) === name && digests.get(name) === digest)
    .map(({ name, type, size, digest, change }): SpinArtifact => ({ name, type, size, digest, change }));
  const before = await recordedOutputs(store, flow, run, row);
  await addDifferences(compared, { before, cas: store.cas, codecs, folder, files });
  return new Map(compared.flatMap(({ name, difference }) => (difference ? [[name, difference]] : [])));
}

/** Of the artifacts that two spins of one task returned, and that are not the same. Empty where their outputs are not there. */
export async function differencesBetween(
  before: SpinDone,
  after: SpinDone,
  { store, workspace, codecs }: SpinInStore,
): Promise<Map<string, ArtifactDifference>> {
  const found = new Map<string, ArtifactDifference>();
  if (before.outputs === undefined || after.outputs === undefined) return found;
  const [old, now] = [join(workspace, before.outputs), join(workspace, after.outputs)];
  const earlier = new Map(filesIn(old).map((file) => [file.name, file]));
  const side = (folder: string, file: OutputFile) => ({
    size: file.size,
    read: () => readOutput(folder, file, store.cas, codecs),
  });
  for (const file of filesIn(now)) {
    const was = earlier.get(file.name);
    if (!was || was.digest === file.digest) continue;
    found.set(file.name, await differenceOfArtifacts(side(old, was), side(now, file), () => codecs));
  }
  return found;
}

/** What lies in a folder of outputs. @throws where it cannot be read */
function filesIn(folder: string): OutputFile[] {
  return JSON.parse(readFileSync(join(folder, 'artifacts.json'), 'utf8'));
}
