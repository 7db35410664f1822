/** Large values in a folder that the run and its workers share, such as one of NFS. */
import { readdirSync } from 'node:fs';
import {
  chmod,
  copyFile,
  mkdir,
  open,
  readFile,
  rename,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type FileCas, FlowError, messageOf, temporaryName } from '@nx-flow/core/queue';
import { type Blob, type Blobs, FRESH_MS, hashOf, lost, MARKER, markerOf, nameOf, ownerIn } from './blobs';

export class Folder implements Blobs {
  readonly url: string;
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
    this.url = `file:${folder}`;
  }

  size(hash: string): Promise<number | undefined> {
    return this.#try(async () => (await this.#stat(this.#path(hash)))?.size);
  }

  put(hash: string, file: string): Promise<void> {
    return this.#try(async () => {
      const path = this.#path(hash);
      // The folder is made by whoever shares it, and the run has said whose it is: where it is not mounted, nothing is to be written.
      await stat(join(this.#folder, MARKER));
      await this.#makeGroup(dirname(path));
      const temporary = join(dirname(path), temporaryName());
      try {
        await copyFile(file, temporary);
        // A store lets its owner alone read: here, those do whom the folder lets in.
        await chmod(temporary, (await stat(this.#folder)).mode & 0o666);
        const copy = await open(temporary, 'r+');
        await copy.datasync().finally(() => copy.close());
        await rename(temporary, path);
      } finally {
        await rm(temporary, { force: true });
      }
    });
  }

  async #makeGroup(path: string): Promise<void> {
    const mode = (await stat(this.#folder)).mode & 0o7777;
    if ((await this.#stat(path)) || !(await mkdir(path, { recursive: true, mode }))) return;
    // Whatever this process leaves out for its own files.
    await chmod(path, mode);
  }

  renew(hash: string, size: number): Promise<boolean> {
    return this.#try(async () => {
      const path = this.#path(hash);
      const found = await this.#stat(path);
      if (found?.size !== size) return false;
      if (Date.now() - found.mtimeMs < FRESH_MS) return true;
      // Of another user's file, this is not allowed: then it is written again.
      const now = new Date();
      return utimes(path, now, now).then(
        () => true,
        () => false,
      );
    });
  }

  async get(hash: string, into: FileCas): Promise<void> {
    const path = this.#path(hash);
    const found = await this.#try(
      async () => (await this.#stat(path)) ?? void (await stat(join(this.#folder, MARKER))),
    );
    if (!found) throw lost(`The value ${hash} is not in ${this.#folder} any more`);
    const stored = await into.writeFile(path);
    if (stored.hash === hash) return;
    // Whoever returns the value again finds none, and sends it.
    await rm(path, { force: true }).catch(() => {});
    throw lost(`The file ${path} had other bytes than its name says, and is removed`);
  }

  async *list(): AsyncIterable<Blob> {
    const groups = await this.#try(async () => readdirSync(this.#folder));
    for (const group of groups.filter((name) => /^[0-9a-f]{2}$/.test(name)))
      for (const name of await this.#try(async () => readdirSync(join(this.#folder, group)))) {
        const hash = hashOf(`${group}/${name}`);
        const found = hash && (await this.#try(() => this.#stat(join(this.#folder, group, name))));
        if (found) yield { hash, size: found.size, at: found.mtimeMs };
      }
  }

  at(hash: string): Promise<number | undefined> {
    return this.#try(async () => (await this.#stat(this.#path(hash)))?.mtimeMs);
  }

  remove(hash: string): Promise<void> {
    return this.#try(() => rm(this.#path(hash), { force: true }));
  }

  owner(): Promise<string | undefined> {
    return this.#try(async () => {
      await stat(this.#folder);
      const path = join(this.#folder, MARKER);
      return (await this.#stat(path)) && ownerIn(await readFile(path, 'utf8'), this.url);
    });
  }

  own(store: string): Promise<void> {
    return this.#try(() => writeFile(join(this.#folder, MARKER), markerOf(store), { flag: 'wx' })).catch(
      (error) => {
        // Another one was quicker.
        if ((error.cause as NodeJS.ErrnoException | undefined)?.code !== 'EEXIST') throw error;
      },
    );
  }

  #path(hash: string): string {
    return join(this.#folder, nameOf(hash));
  }

  async #stat(path: string) {
    return stat(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      return undefined;
    });
  }

  /** @throws FlowError FLOW_BLOBS_AWAY */
  async #try<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      if (cause instanceof FlowError) throw cause;
      const message = `The folder of large values ${this.#folder} cannot be used here: ${messageOf(cause)}. Mount it, or name another one by NX_FLOW_BLOBS.`;
      throw new FlowError('FLOW_BLOBS_AWAY', message, { exit: 1, cause });
    }
  }
}
