/** What an instance is compared by: what its codec takes out of it, or says of it. */
import { isInstanceCodec, previewBy } from '../../definition/codec';
import type { Codecs } from '../../store/values/artifacts';
import { type CodecFor, codecFor } from '../../store/values/instance';
import { isLater, storedOf } from '../../store/values/later';

/** Gives what stands for an instance, with the name of its codec. Undefined where no codec knows it. */
export type FormOf = (value: object) => { codec: string; form: unknown } | undefined;

export function formsBy(codecs: Codecs): FormOf {
  const find: CodecFor = codecFor(codecs);
  return (value) => {
    const codec = find(value);
    if (!codec) return undefined;
    if (isLater(value)) {
      const { codec: id, digest, bytes } = storedOf(value);
      return { codec: id, form: digest ?? bytes() };
    }
    if (isInstanceCodec(codec)) return { codec: codec.id, form: codec.take(value) };
    return { codec: codec.id, form: said(value, codec) };
  };
}

function said(value: object, codec: Parameters<typeof previewBy>[0]): unknown {
  if (codec.json) return codec.json(value);
  const preview = previewBy(codec, value);
  if (preview) return preview.rows ? { is: preview.line, rows: preview.rows } : preview.line;
  if (value instanceof Blob)
    return { ...(value instanceof File ? { name: value.name } : {}), type: value.type, size: value.size };
  return 'encode' in codec ? bytesOf(codec.encode(value)) : undefined;
}

/** What comes with time is not waited for. */
const bytesOf = (encoded: unknown) => (encoded instanceof Uint8Array ? encoded : undefined);
