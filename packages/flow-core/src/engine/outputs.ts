/** A spin's outputs as files, for whoever comes next: `dist/flow/<flow>/spin/<step>/`. */
import { createHash, randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { copyFile, rm } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { type Codecs, decodeArtifact, type EncodedValue, encodeValue, isBuiltIn } from '../store/artifacts';
import type { Cas } from '../store/cas';
import { type FileArtifact, isFile } from '../store/file';
import type { SpinArtifact, SpinOutcome } from './spin';
import type { Visible } from './view';
import { writeManifest } from './whole';

/** A large reference is handed on as its bytes, not decoded only to be written again. */
const DECODE_LIMIT = 4 * 1024 * 1024;

export interface OutputFile {
  name: string;
  type: string;
  size: number;
  digest: string;
  /** Relative to the folder. */
  file: string;
  /**
   * How to read it: JSON, UTF-8 text, bytes as they are, `v8.deserialize` of all but the first byte, the file that it
   * is, or by the flow's codec of the name that follows.
   */
  format: 'json' | 'text' | 'bytes' | 'v8' | 'file' | `codec:${string}`;
}

/** The files of one spun task. The folder is made when something is written. */
export class OutputFolder {
  readonly path: string;
  #log: number | undefined;

  constructor(path: string) {
    this.path = path;
  }

  /** Keeps what the step prints. */
  log(text: string): void {
    if (this.#log === undefined) {
      mkdirSync(this.path, { recursive: true });
      this.#log = openSync(join(this.path, 'log.txt'), 'w');
    }
    writeSync(this.#log, text);
  }

  /** @param written Files of artifacts that whoever executed the task has written here already. */
  async write(
    outcome: SpinOutcome,
    result: object,
    cas: Cas,
    written: readonly OutputFile[] = [],
    codecs?: Codecs,
  ): Promise<void> {
    this.close();
    const folder = join(this.path, 'artifacts');
    // What a task wrote before it failed after all is no output.
    if (outcome.artifacts.length === 0) rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const known = new Map(written.map((file) => [file.name, file]));
    const files: OutputFile[] = [];
    for (const artifact of outcome.artifacts) {
      if (artifact.change !== 'gone')
        files.push(known.get(artifact.name) ?? (await writeArtifact(this.path, artifact, cas, codecs)));
    }
    writeFileSync(join(this.path, 'artifacts.json'), `${JSON.stringify(files, null, 2)}\n`);
    this.writeResult(result);
  }

  writeResult(result: object): void {
    mkdirSync(this.path, { recursive: true });
    writeFileSync(join(this.path, 'result.json'), `${JSON.stringify(result, null, 2)}\n`);
  }

  close(): void {
    if (this.#log !== undefined) closeSync(this.#log);
    this.#log = undefined;
  }
}

/**
 * The outputs of one spin, of one task or of many splits. They are written beside the folder and put in its place in
 * one piece at the end: what an earlier spin left is gone then, and two spins of one step at once leave the outputs of
 * one of them, whole.
 */
export class Outputs {
  /** `dist/flow/<flow>/spin/<step>`; for a split, one folder deeper for each level. */
  readonly folder: string;
  readonly #draft: string;
  readonly #splits = new Map<string, OutputFolder>();

  constructor(workspace: string, flow: string, step: string, index: readonly number[]) {
    const spins = spinsFolder(workspace, flow);
    this.folder = join(spins, step, ...index.map(String));
    this.#draft = join(spins, `.${process.pid}-${randomBytes(4).toString('hex')}`);
  }

  /** The files themselves; of one split, by its numbers below this folder. */
  at(...below: number[]): OutputFolder {
    const key = below.join('/');
    let folder = this.#splits.get(key);
    if (!folder) {
      folder = new OutputFolder(join(this.#draft, ...below.map(String)));
      this.#splits.set(key, folder);
    }
    return folder;
  }

  /**
   * They are there from now on, all at once. Resolves when what was there before is gone.
   * @param task With a list of the files, for the cache that knows them by this hash.
   */
  async place(task?: string): Promise<void> {
    this.#close();
    if (task !== undefined) writeManifest(this.#draft, task);
    await replaceFolder(this.#draft, this.folder);
  }

  /** Leaves the folder as it was. */
  discard(): void {
    this.#close();
    discardFolder(this.#draft);
  }

  #close(): void {
    for (const split of this.#splits.values()) split.close();
  }
}

/** Where a flow's spins leave their outputs, in a folder for each step. */
export function spinsFolder(workspace: string, flow: string): string {
  return join(workspace, 'dist', 'flow', flow, 'spin');
}

/** Removes what is not finished. What cannot be removed stays: no error hides the one that led here. */
export function discardFolder(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch {}
}

/** How often a folder that another spin has just put in place is replaced again. */
const ATTEMPTS = 20;

/** Puts a folder in the place of another, whole. */
export async function replaceFolder(draft: string, folder: string): Promise<void> {
  mkdirSync(dirname(folder), { recursive: true });
  const before: string[] = [];
  for (let attempt = 1; ; attempt++) {
    // Put aside, not removed: of many splits, that would take long.
    const aside = `${draft}-${attempt}`;
    try {
      renameSync(folder, aside);
      before.push(aside);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ENOENT') rmSync(folder, { recursive: true, force: true });
    }
    try {
      renameSync(draft, folder);
      break;
    } catch (error) {
      const again = ['ENOTEMPTY', 'EEXIST', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '');
      if (!again || attempt === ATTEMPTS) throw error;
    }
  }
  await Promise.all(before.map((aside) => rm(aside, { recursive: true, force: true })));
}

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

async function writeArtifact(
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

function fileName(name: string): string {
  const short = safeName(name);
  if (short.length <= LONGEST_NAME) return short;
  return `${short.slice(0, LONGEST_NAME)}-${createHash('sha256').update(name).digest('hex').slice(0, 16)}`;
}

function safeName(name: string): string {
  return /^[\w-][\w.-]*$/.test(name) ? name : encodeURIComponent(name).replaceAll('.', '%2E');
}
