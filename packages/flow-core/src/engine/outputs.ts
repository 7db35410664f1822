/** A spin's outputs as files, for whoever comes next: `dist/flow/<flow>/spin/<step>/`. */
import { createHash, randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
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

/**
 * One spin's outputs. They are written beside the folder and put in its place in one piece at the end: what an earlier
 * spin left is gone then, and two spins of one step at once leave the outputs of one of them, whole.
 */
export class Outputs {
  /** `dist/flow/<flow>/spin/<step>`; for a split, one folder deeper for each level. */
  readonly folder: string;
  readonly #draft: string;
  #log: number | undefined;

  constructor(workspace: string, flow: string, step: string, index: readonly number[]) {
    const spins = join(workspace, 'dist', 'flow', flow, 'spin');
    this.folder = join(spins, step, ...index.map(String));
    this.#draft = join(spins, `.${process.pid}-${randomBytes(4).toString('hex')}`);
  }

  /** Keeps what the step prints. */
  log(text: string): void {
    if (this.#log === undefined) {
      mkdirSync(this.#draft, { recursive: true });
      this.#log = openSync(join(this.#draft, 'log.txt'), 'w');
    }
    writeSync(this.#log, text);
  }

  async finish(outcome: SpinOutcome, result: object, cas: Cas): Promise<void> {
    this.#closeLog();
    mkdirSync(join(this.#draft, 'artifacts'), { recursive: true });
    const files: OutputFile[] = [];
    for (const artifact of outcome.artifacts) {
      if (artifact.change !== 'gone') files.push(await writeArtifact(this.#draft, artifact, cas));
    }
    writeFileSync(join(this.#draft, 'artifacts.json'), `${JSON.stringify(files, null, 2)}\n`);
    writeFileSync(join(this.#draft, 'result.json'), `${JSON.stringify(result, null, 2)}\n`);
    replaceFolder(this.#draft, this.folder);
  }

  /** Leaves the folder as it was. */
  discard(): void {
    this.#closeLog();
    rmSync(this.#draft, { recursive: true, force: true });
  }

  #closeLog(): void {
    if (this.#log !== undefined) closeSync(this.#log);
    this.#log = undefined;
  }
}

/** How often a folder that another spin has just put in place is replaced again. */
const ATTEMPTS = 20;

function replaceFolder(draft: string, folder: string): void {
  mkdirSync(dirname(folder), { recursive: true });
  for (let attempt = 1; ; attempt++) {
    rmSync(folder, { recursive: true, force: true });
    try {
      renameSync(draft, folder);
      return;
    } catch (error) {
      const again = ['ENOTEMPTY', 'EEXIST', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '');
      if (!again || attempt === ATTEMPTS) throw error;
    }
  }
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

/** File systems take names of up to 255 bytes. */
const LONGEST_NAME = 200;

function fileName(name: string): string {
  const short = safeName(name);
  if (short.length <= LONGEST_NAME) return short;
  return `${short.slice(0, LONGEST_NAME)}-${createHash('sha256').update(name).digest('hex').slice(0, 16)}`;
}

function safeName(name: string): string {
  return /^[\w-][\w.-]*$/.test(name) ? name : encodeURIComponent(name).replaceAll('.', '%2E');
}
