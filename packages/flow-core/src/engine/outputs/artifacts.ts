/** Writes artifacts as files in their natural form: JSON, text, bytes, or v8. */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { chmod, copyFile, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { Cas } from '../../store/cas/cas';
import { type FileArtifact, isFile } from '../../store/cas/file';
import type { ArtifactRecord, ArtifactSummary } from '../../store/rows/rows';
import {
  type Codecs,
  decodeArtifact,
  type EncodedValue,
  encodeLater,
  isBuiltIn,
} from '../../store/values/artifacts';
import { fileForm } from '../../store/values/codecs';
import type { FileForm } from '../../store/values/codecs/built-in-codec';
import { isFileRecord } from '../../store/values/file-record';
import type { OutputFile } from '../task/task';

/** A larger reference is copied as bytes instead of being decoded and written again. */
const DECODE_LIMIT = 4 * 1024 * 1024;

/** An artifact to write: its value, or its record in a store. */
export interface Output extends ArtifactSummary {
  value?: unknown;
  reference?: ArtifactRecord;
  /** The content of its file, of the same reading as its digest. */
  form?: NaturalForm;
}

/** A value as a file: JSON, text, bytes, or v8. */
export type NaturalForm = [form: FileForm, content: string | Uint8Array];

/** Writes artifacts of a store in their natural form, with their list in `artifacts.json`. */
export async function writeArtifacts(
  folder: string,
  references: readonly [name: string, ArtifactRecord][],
  cas: Cas,
  codecs: Codecs,
): Promise<void> {
  mkdirSync(join(folder, 'artifacts'), { recursive: true });
  const files: OutputFile[] = [];
  for (const [name, reference] of references) {
    const { type, size, digest } = reference;
    files.push(await writeArtifact(folder, { name, type, size, digest, reference }, cas, codecs));
  }
  writeFileSync(join(folder, 'artifacts.json'), `${JSON.stringify(files, null, 2)}\n`);
}

export async function writeArtifact(
  folder: string,
  output: Output,
  cas: Cas,
  codecs: Codecs,
): Promise<OutputFile> {
  const { name, type, size, digest, reference, form } = output;
  const summary = { name, type, size, digest };
  const large = reference?.hash !== undefined && reference.size > DECODE_LIMIT && !isFileRecord(reference);
  if (large && cas.path) {
    const { extension, ...about } = fileForm(reference, codecs);
    const file = fileIn(name, extension);
    await copyWritable(cas.file(reference.hash as string), join(folder, file));
    return { ...summary, file, ...about };
  }
  if (form) return writeForm(folder, summary, form);
  const value = reference ? decodeArtifact(reference, cas, codecs) : output.value;
  if (isFile(value)) return writeFileArtifact(folder, summary, value);
  return writeForm(folder, summary, naturalForm(await encodeLater(name, value, codecs), codecs));
}

/** Copies a file, below `artifacts/` of the folder, with its own extension. */
export async function writeFileArtifact(
  folder: string,
  about: ArtifactSummary,
  value: FileArtifact,
): Promise<OutputFile> {
  const file = `artifacts/${fileName(about.name)}${extname(value.name) || '.bin'}`;
  await copyWritable(value.path, join(folder, file));
  return { ...about, file, format: 'file' };
}

/** A file of the store is read-only, and a copy of it is not. */
async function copyWritable(from: string, to: string): Promise<void> {
  await copyFile(from, to);
  await chmod(to, ((await stat(to)).mode & 0o777) | 0o200);
}

/** Writes a value, below `artifacts/` of the folder. */
export function writeForm(
  folder: string,
  about: ArtifactSummary,
  [{ extension, ...form }, content]: NaturalForm,
): OutputFile {
  const file = fileIn(about.name, extension);
  writeFileSync(join(folder, file), content);
  return { ...about, file, ...form };
}

/**
 * Text or JSON when that represents a value of a built-in codec completely, otherwise its bytes. Call it when the value was
 * read: what it holds may change later.
 */
export function naturalForm(
  { value, meta, bytes, plain, copied }: EncodedValue,
  codecs: Codecs,
): NaturalForm {
  if (isBuiltIn(meta)) {
    if (typeof value === 'string') return [{ extension: 'txt', format: 'text' }, value];
    const text = () => JSON.stringify(value, null, meta.size < 65536 ? 2 : undefined);
    if (plain) return [{ extension: 'json', format: 'json' }, `${text()}\n`];
  }
  return [fileForm(meta, codecs), copied ? bytes : new Uint8Array(bytes)];
}

/** Where the file of an artifact lies in the folder of outputs. */
export function fileIn(name: string, extension: string): string {
  return `artifacts/${fileName(name)}.${extension}`;
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
