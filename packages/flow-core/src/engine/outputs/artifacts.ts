/** Writes artifacts as files in their natural form: JSON, text, bytes, or v8. */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import {
  type Codecs,
  decodeArtifact,
  type EncodedValue,
  encodeValue,
  isBuiltIn,
} from '../../store/artifacts';
import type { Cas } from '../../store/cas';
import { type FileArtifact, isFile } from '../../store/file';
import type { SpinArtifact } from '../spin/outcome';
import type { OutputFile } from '../task/task';
import type { Visible } from '../task/view';

/** A large reference is handed on as its bytes, not decoded only to be written again. */
const DECODE_LIMIT = 4 * 1024 * 1024;

/** Artifacts that lie in a store, in their natural form, with their list in `artifacts.json`. */
export async function writeArtifacts(
  folder: string,
  references: readonly [name: string, Visible][],
  cas: Cas,
  codecs: Codecs,
): Promise<void> {
  mkdirSync(join(folder, 'artifacts'), { recursive: true });
  const files: OutputFile[] = [];
  for (const [name, reference] of references) {
    const { type, size, digest } = reference;
    const artifact: SpinArtifact = { name, type, size, digest, change: 'new', reference };
    files.push(await writeArtifact(folder, artifact, cas, codecs));
  }
  writeFileSync(join(folder, 'artifacts.json'), `${JSON.stringify(files, null, 2)}\n`);
}

export async function writeArtifact(
  folder: string,
  artifact: SpinArtifact,
  cas: Cas,
  codecs: Codecs,
): Promise<OutputFile> {
  const { name, type, size, digest, reference } = artifact;
  if (
    reference?.hash !== undefined &&
    reference.size > DECODE_LIMIT &&
    cas.path &&
    reference.codec !== 'file'
  ) {
    const { codec } = reference;
    const [extension, format] = isBuiltIn(reference)
      ? codec === 'raw'
        ? (['bin', 'bytes'] as const)
        : (['v8', 'v8'] as const)
      : (['bin', `codec:${codec}`] as const);
    const file = `artifacts/${fileName(name)}.${extension}`;
    await copyFile(cas.path(reference.hash), join(folder, file));
    return { name, type, size, digest, file, format };
  }
  const value = reference ? decodeArtifact(reference, cas, codecs) : artifact.value;
  if (isFile(value)) return writeFileArtifact(folder, { name, type, size, digest }, value);
  return writeValue(folder, { name, type, size, digest }, value, encodeValue(name, value, codecs));
}

/** Copies a file, below `artifacts/` of the folder, with its own extension. */
export async function writeFileArtifact(
  folder: string,
  about: Omit<OutputFile, 'file' | 'format'>,
  value: FileArtifact,
): Promise<OutputFile> {
  const file = `artifacts/${fileName(about.name)}${extname(value.name) || '.bin'}`;
  await copyFile(value.path, join(folder, file));
  return { ...about, file, format: 'file' };
}

/** Writes a value in its natural form, below `artifacts/` of the folder. */
export function writeValue(
  folder: string,
  about: Omit<OutputFile, 'file' | 'format'>,
  value: unknown,
  { meta, bytes, plain }: EncodedValue,
): OutputFile {
  const [extension, format, content] = !isBuiltIn(meta)
    ? (['bin', `codec:${meta.codec}`, bytes] as const)
    : typeof value === 'string'
      ? (['txt', 'text', value] as const)
      : meta.codec === 'raw'
        ? (['bin', 'bytes', bytes] as const)
        : plain
          ? (['json', 'json', `${JSON.stringify(value, null, meta.size < 65536 ? 2 : undefined)}\n`] as const)
          : (['v8', 'v8', bytes] as const);
  const file = `artifacts/${fileName(about.name)}.${extension}`;
  writeFileSync(join(folder, file), content);
  return { ...about, file, format };
}

/** File systems take names of up to 255 bytes. */
const LONGEST_NAME = 200;

export function fileName(name: string): string {
  const short = safeName(name);
  if (short.length <= LONGEST_NAME) return short;
  return `${short.slice(0, LONGEST_NAME)}-${createHash('sha256').update(name).digest('hex').slice(0, 16)}`;
}

export function safeName(name: string): string {
  return /^[\w-][\w.-]*$/.test(name) ? name : encodeURIComponent(name).replaceAll('.', '%2E');
}
