/** A spin's outputs as files, for whoever comes next: `dist/flow/<flow>/spin/<step>/`. */
import { closeSync, mkdirSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeArtifact, encodeValue } from '../store/artifacts';
import type { Cas } from '../store/cas';
import type { SpinArtifact, SpinOutcome } from './spin';

/** A large reference is handed on as its bytes, not decoded only to be written again. */
const DECODE_LIMIT = 4 * 1024 * 1024;

export interface OutputFile {
  name: string;
  type: string;
  size: number;
  digest: string;
  /** Relative to the folder. */
  file: string;
  /** How to read it: JSON, UTF-8 text, bytes as they are, or `v8.deserialize` of all but the first byte. */
  format: 'json' | 'text' | 'bytes' | 'v8';
}

/** The folder of a spin's outputs; for a split, one folder deeper for each level. */
export function outputFolder(
  workspace: string,
  flow: string,
  step: string,
  index: readonly number[],
): string {
  return join(workspace, 'dist', 'flow', flow, 'spin', step, ...index.map(String));
}

/** Keeps what a step prints, beside passing it on. */
export class OutputLog {
  readonly #folder: string;
  #fd: number | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  add(text: string): void {
    if (this.#fd === undefined) {
      mkdirSync(this.#folder, { recursive: true });
      this.#fd = openSync(join(this.#folder, 'log.txt'), 'w');
    }
    writeSync(this.#fd, text);
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
  }
}

/** Empties the folder: what an earlier spin left there is not an output of this one. */
export function clearOutputs(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

export async function writeOutputs(
  folder: string,
  outcome: SpinOutcome,
  result: object,
  cas: Cas,
): Promise<void> {
  mkdirSync(join(folder, 'artifacts'), { recursive: true });
  const files: OutputFile[] = [];
  for (const artifact of outcome.artifacts) {
    if (artifact.change !== 'gone') files.push(await writeArtifact(folder, artifact, cas));
  }
  writeFileSync(join(folder, 'artifacts.json'), `${JSON.stringify(files, null, 2)}\n`);
  writeFileSync(join(folder, 'result.json'), `${JSON.stringify(result, null, 2)}\n`);
}

async function writeArtifact(folder: string, artifact: SpinArtifact, cas: Cas): Promise<OutputFile> {
  const { name, type, size, digest, reference } = artifact;
  const entry = (extension: string, format: OutputFile['format']): OutputFile => ({
    name,
    type,
    size,
    digest,
    file: `artifacts/${fileName(name)}.${extension}`,
    format,
  });
  if (reference?.hash !== undefined && reference.size > DECODE_LIMIT && cas.path) {
    const file = reference.codec === 'raw' ? entry('bin', 'bytes') : entry('v8', 'v8');
    await copyFile(cas.path(reference.hash), join(folder, file.file));
    return file;
  }
  const value = reference ? decodeArtifact(reference, cas) : artifact.value;
  const { meta, bytes, plain } = encodeValue(name, value);
  const [file, content] =
    typeof value === 'string'
      ? [entry('txt', 'text'), value]
      : meta.codec === 'raw'
        ? [entry('bin', 'bytes'), bytes]
        : plain
          ? [entry('json', 'json'), `${JSON.stringify(value, null, meta.size < 65536 ? 2 : undefined)}\n`]
          : [entry('v8', 'v8'), bytes];
  writeFileSync(join(folder, file.file), content);
  return file;
}

function fileName(name: string): string {
  return /^[\w-][\w.-]*$/.test(name) ? name : encodeURIComponent(name).replaceAll('.', '%2E');
}
