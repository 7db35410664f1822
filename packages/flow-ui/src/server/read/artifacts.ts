/** Artifacts as a list shows them: with a preview where they are small. */

import type { ArtifactView } from '@nx-flow/core/ui';
import { isLater, previewOf } from '@nx-flow/core/ui';
import type { ArtifactEntry } from '../../api/routes';

/** Bytes of a value that is read for a line. */
const SMALL = 4096;
/** Characters of the line. */
const WIDTH = 80;

export function artifactEntry(artifact: ArtifactView): ArtifactEntry {
  const { name, type, size, digest, pathspec } = artifact;
  const preview = previewIn(artifact);
  return {
    name,
    type,
    size,
    digest,
    pathspec: taskIn(pathspec),
    ...(preview === undefined ? {} : { preview }),
  };
}

/** What a codec of the flow stored, only its flow can read. */
function previewIn(artifact: ArtifactView): string | undefined {
  if (artifact.size > SMALL) return undefined;
  try {
    const value = artifact.value();
    return isLater(value) ? undefined : previewOf(value, WIDTH);
  } catch {
    return undefined;
  }
}

const taskIn = (pathspec: string) => pathspec.split('/').slice(0, 4).join('/');
