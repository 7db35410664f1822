/** What differs inside of the artifacts that a spin changed. Loaded only when it is asked for. */

import type { Cas } from '../../store/cas/cas';
import { type Codecs, decodeArtifact } from '../../store/values/artifacts';
import { differenceOfArtifacts } from '../difference/artifacts';
import { readForm, readOutput } from '../outputs/read-output';
import type { OutputFile } from '../task/task';
import type { Visible } from '../task/view';
import type { SpinArtifact } from './outcome';

export interface Compared {
  /** What the origin had. */
  before: ReadonlyMap<string, Visible>;
  cas: Cas;
  codecs: Codecs;
  /** Where the values of the spin lie as files, if they do, and which these are. */
  folder?: string;
  files?: readonly OutputFile[] | undefined;
}

/** Tells of each artifact that changed what differs. @param wanted those that are to be compared */
export async function addDifferences(
  artifacts: readonly SpinArtifact[],
  compared: Compared,
  wanted: (name: string) => boolean = () => true,
): Promise<void> {
  const { before, cas, codecs } = compared;
  for (const artifact of artifacts) {
    const old = before.get(artifact.name);
    if (artifact.change !== 'changed' || !old || !wanted(artifact.name)) continue;
    artifact.difference = await differenceOfArtifacts(
      { size: old.size, read: () => decodeArtifact(old, cas, codecs) },
      { size: artifact.size, read: () => returned(artifact, compared) },
      () => codecs,
    );
  }
}

/** As it was when the step returned. */
function returned(artifact: SpinArtifact, { cas, codecs, folder, files }: Compared): unknown {
  const { name, reference, form, value } = artifact;
  if (reference) return decodeArtifact(reference, cas, codecs);
  if (form) return readForm(artifact, form, cas, codecs);
  const file = folder === undefined ? undefined : files?.find((one) => one.name === name);
  return file ? readOutput(folder as string, file, cas, codecs) : value;
}
