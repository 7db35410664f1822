/** The built-in codecs, in the order in which they are asked, and the files that their bytes are. */
import type { ArtifactMeta } from '../rows';
import type { BuiltInCodec, FileForm } from './built-in';
import { json } from './json';
import { raw } from './raw';
import { v8 } from './v8';

export const CODECS: readonly BuiltInCodec[] = [raw, json, v8];

/** What a file is that holds an artifact's bytes as they are stored. */
export function fileForm({ codec }: Pick<ArtifactMeta, 'codec'>): FileForm {
  const builtIn = CODECS.find(({ id }) => id === codec);
  return builtIn?.file ?? { extension: 'bin', format: `codec:${codec}` };
}
