/**
 * The built-in codecs, in the order in which they are asked, and the files that their bytes are. A new one is a file here, a
 * place in this order, and its id in `BUILT_IN` of `definition/codec.ts`.
 */
import type { AnyCodec } from '../../../definition/codec';
import type { ArtifactMeta } from '../../rows/rows';
import type { BuiltInCodec, FileForm } from './built-in-codec';
import { json } from './json';
import { raw } from './raw';
import { v8 } from './v8';

export const CODECS: readonly BuiltInCodec[] = [raw, json, v8];

/** What a file is that holds an artifact's bytes as they are stored. @param codecs those of the flow */
export function fileForm({ codec }: Pick<ArtifactMeta, 'codec'>, codecs: readonly AnyCodec[] = []): FileForm {
  const builtIn = CODECS.find(({ id }) => id === codec);
  if (builtIn) return builtIn.file;
  const own = codecs.find(({ id }) => id === codec);
  const { extension = 'bin', mediaType } = (own && 'file' in own && own.file) || {};
  return { extension, format: `codec:${codec}`, ...(mediaType === undefined ? {} : { mediaType }) };
}
