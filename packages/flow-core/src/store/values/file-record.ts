/** The records of artifacts that are files: no codec reads them, and their bytes lie in the CAS or where the file is. */
import type { Cas } from '../cas/cas';
import {
  type FileArtifact,
  fileAt,
  fileDigest,
  fileType,
  hashFile,
  type Look,
  nameOfType,
  requireFile,
  storedFile,
  storedHash,
} from '../cas/file';
import type { ArtifactMeta, ArtifactRecord } from '../rows/rows';

export const FILE_CODEC = { codec: 'file', version: 1 } as const;

/** Whether it is a file, which no codec reads: `file()`. */
export function isFileRecord({ codec }: Pick<ArtifactMeta, 'codec'>): boolean {
  return codec === FILE_CODEC.codec;
}

/** One that comes out of this very store lies there already. */
export async function storeFile(value: FileArtifact, cas: Cas, look?: Look): Promise<ArtifactRecord> {
  const { name } = value;
  const known = storedHash(value);
  const { hash, size } =
    known !== undefined && (await cas.renew(known))
      ? { hash: known, size: value.size }
      : await cas.writeFile(value.path, look);
  return { ...FILE_CODEC, type: fileType(name), size, digest: fileDigest(name, hash), hash };
}

/** Of a file that is not kept: where it lies. @throws FlowError FLOW_FILE */
export function unkeptFile(artifact: string, value: FileArtifact, look?: Look): ArtifactRecord {
  requireFile(`The artifact "${artifact}" was given as`, value);
  const { name, path } = value;
  const known = storedHash(value);
  const { hash, size } = known === undefined ? hashFile(path, look) : { hash: known, size: value.size };
  return { ...FILE_CODEC, type: fileType(name), size, digest: fileDigest(name, hash), path };
}

export function decodeFile({ type, size, hash, path }: ArtifactRecord, cas: Cas): FileArtifact {
  if (path !== undefined) return fileAt(path, nameOfType(type));
  return storedFile(nameOfType(type), size, hash as string, () => cas.file(hash as string));
}
