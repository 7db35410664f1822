/** Writes what comes in pieces as the file of an artifact: it is never whole in memory. */
import { createHash } from 'node:crypto';
import { createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Cas } from '../../store/cas/cas';
import type { Look } from '../../store/cas/file';
import type { ArtifactRecord } from '../../store/rows/rows';
import { type Codecs, type EncodedValue, keepPiecesBy } from '../../store/values/artifacts';
import { fileForm } from '../../store/values/codecs';
import type { OutputFile } from '../task/task';
import { fileIn } from './artifacts';

export interface PiecesOptions {
  /** The folder of the outputs. */
  folder: string;
  /** Where they go, too. */
  cas: Cas | undefined;
  codecs: Codecs;
  /** Sees the bytes before they are written. */
  look?: Look | undefined;
}

/** @param encoded a value that has a `rest` */
export async function writePieces(
  name: string,
  encoded: EncodedValue,
  { folder, cas, codecs, look }: PiecesOptions,
): Promise<{ record: ArtifactRecord; file: OutputFile }> {
  const { extension, ...form } = fileForm(encoded.meta, codecs);
  const file = fileIn(name, extension);
  const path = join(folder, file);
  mkdirSync(join(folder, 'artifacts'), { recursive: true });
  const { hash, ...record } = await keepPiecesBy(encoded, (pieces) => written(pieces, path, look));
  const { type, size, digest } = record;
  if (cas) await cas.writeFile(path);
  return {
    record: cas ? { ...record, hash } : record,
    file: { name, type, size, digest, file, ...form },
  };
}

async function written(
  pieces: AsyncIterable<Uint8Array>,
  path: string,
  look: Look | undefined,
): Promise<{ hash: string; size: number }> {
  const hash = createHash('sha256');
  let size = 0;
  await pipeline(async function* () {
    for await (const piece of pieces) {
      look?.(piece);
      hash.update(piece);
      size += piece.length;
      // Its owner may use the same memory for the next one, while this one waits to be written.
      yield new Uint8Array(piece);
    }
  }, createWriteStream(path));
  return { hash: hash.digest('hex'), size };
}
