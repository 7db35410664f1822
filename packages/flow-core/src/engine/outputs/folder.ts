/** A spin's outputs as files, for later targets: `dist/flow/<flow>/spin/<step>/`. */
import { closeSync, mkdirSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { cardFile, spinsFolder } from '../../environment/output-folders';
import { sweepTemporary, temporaryName } from '../../environment/temporary';
import type { Cas } from '../../store/cas/cas';
import type { Codecs } from '../../store/values/artifacts';
import type { OutputFile } from '../task/task';
import { type Output, writeArtifact } from './artifacts';
import { writeManifest } from './manifest';
import { discardFolder, replaceFolder } from './replace';

/** A card of a task. */
export interface CardFile {
  id: string;
  html: string;
}

export function writeCards(folder: string, cards: readonly CardFile[]): void {
  for (const { id, html } of cards) writeFileSync(join(folder, cardFile(id)), html);
}

/** The files of one spun task. The folder is created with the first file. */
export class OutputFolder {
  readonly path: string;
  #log: number | undefined;
  /** What was printed and is not in the file yet. */
  #printed: Uint8Array[] = [];

  constructor(path: string) {
    this.path = path;
  }

  /** Keeps what the step prints. The step goes on where that cannot be written, and {@link write} says why. */
  log(text: string): void {
    this.#printed.push(Buffer.from(text));
    try {
      this.#writeLog();
    } catch {}
  }

  #writeLog(): void {
    if (this.#printed.length === 0) return;
    if (this.#log === undefined) {
      mkdirSync(this.path, { recursive: true });
      this.#log = openSync(join(this.path, 'log.txt'), 'w');
    }
    for (let [next] = this.#printed; next; [next] = this.#printed) {
      // A disk that is almost full takes a part of it.
      const rest = next.subarray(writeSync(this.#log, next));
      if (rest.length > 0) this.#printed[0] = rest;
      else this.#printed.shift();
    }
  }

  /**
   * @param outputs What the task returned; empty when it failed.
   * @param written Files of artifacts that the executing process has already written here.
   */
  async write(
    outputs: readonly Output[],
    result: object,
    cas: Cas,
    written: readonly OutputFile[] = [],
    codecs?: Codecs,
    cards: readonly CardFile[] = [],
  ): Promise<void> {
    this.#writeLog();
    this.close();
    const folder = join(this.path, 'artifacts');
    // Files that a task wrote before it failed are not outputs.
    if (outputs.length === 0) rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const known = new Map(written.map((file) => [file.name, file]));
    const files: OutputFile[] = [];
    for (const output of outputs)
      files.push(known.get(output.name) ?? (await writeArtifact(this.path, output, cas, codecs)));
    writeFileSync(join(this.path, 'artifacts.json'), `${JSON.stringify(files, null, 2)}\n`);
    writeCards(this.path, cards);
    this.writeResult(result);
  }

  writeCards(cards: readonly CardFile[]): void {
    if (cards.length === 0) return;
    mkdirSync(this.path, { recursive: true });
    writeCards(this.path, cards);
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
 * The outputs of one spin, of one task or of many splits. They are written to a sibling folder that replaces the
 * real one at the end. The outputs of an earlier spin are then gone. Two concurrent spins of one step leave the
 * complete outputs of one of them.
 */
export class Outputs {
  /** `dist/flow/<flow>/spin/<step>`; for a split, one folder deeper for each level. */
  readonly folder: string;
  readonly #draft: string;
  readonly #splits = new Map<string, OutputFolder>();

  /** @param below the folders in that of the step: the split, and what sets these outputs apart from those of a plain spin */
  constructor(workspace: string, flow: string, step: string, below: readonly (number | string)[]) {
    const spins = spinsFolder(workspace, flow);
    this.folder = join(spins, step, ...below.map(String));
    sweepTemporary(spins);
    this.#draft = join(spins, temporaryName());
  }

  /** The files of the task, or of one split by the folders below this one. */
  at(...below: (number | string)[]): OutputFolder {
    const key = below.join('/');
    let folder = this.#splits.get(key);
    if (!folder) {
      folder = new OutputFolder(join(this.#draft, ...below.map(String)));
      this.#splits.set(key, folder);
    }
    return folder;
  }

  /**
   * Replaces the folder in one piece. Returns when the old one is deleted.
   * @param task Adds a list of the files, for the cache that stores them under this hash.
   */
  place(task?: string): void {
    this.#close();
    if (task !== undefined) writeManifest(this.#draft, task);
    replaceFolder(this.#draft, this.folder);
  }

  /** Leaves the real folder unchanged. */
  discard(): void {
    this.#close();
    discardFolder(this.#draft);
  }

  #close(): void {
    for (const split of this.#splits.values()) split.close();
  }
}
