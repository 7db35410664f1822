/**
 * Large values through a folder that the run and its workers share, such as one of NFS: each value is a file named by the sha256 of
 * its bytes. Whoever sends one writes it before it is spoken of, and whoever receives it verifies it.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { copyFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type ArtifactRecord, type FileCas, FlowError, messageOf, temporaryName } from '@nx-flow/core/queue';
import type { Carried, Freight } from '../wire/freight';

/** A name that leads out of the folder is none. */
const SHA256 = /^[0-9a-f]{64}$/;

export class SharedFolder implements Freight {
  readonly #folder: string;
  readonly #cas: FileCas;
  readonly #received: FileCas;

  /**
   * @param folder that all of them see
   * @param cas where large values lie here
   * @param received where those go that come
   */
  constructor(folder: string, cas: FileCas, received = cas) {
    this.#folder = folder;
    this.#cas = cas;
    this.#received = received;
  }

  /** @throws FlowError FLOW_BLOBS_AWAY, FLOW_STORE_CORRUPT */
  async send(records: readonly ArtifactRecord[]): Promise<Carried> {
    for (const hash of hashesOf(records)) await this.#put(hash);
    return [];
  }

  /** @throws FlowError FLOW_BLOB_LOST, FLOW_BLOBS_AWAY, FLOW_STORE_FULL */
  async receive(records: readonly ArtifactRecord[]): Promise<void> {
    for (const hash of hashesOf(records)) if (!this.#received.has(hash)) await this.#fetch(hash);
  }

  async #put(hash: string): Promise<void> {
    const path = this.#path(hash);
    const bytes = this.#cas.file(hash);
    const { size } = await stat(bytes);
    try {
      // One that was written in part, by a machine that lost its power, has another size.
      if ((await stat(path).catch(() => undefined))?.size === size) return;
      const folder = join(this.#folder, hash.slice(0, 2));
      if (!existsSync(folder)) {
        // The folder itself is made by whoever shares it: where it is not mounted, nothing is to be written beside it.
        await stat(this.#folder);
        mkdirSync(folder, { recursive: true, mode: 0o700 });
      }
      const temporary = join(folder, temporaryName());
      try {
        await copyFile(bytes, temporary);
        await rename(temporary, path);
      } finally {
        await rm(temporary, { force: true });
      }
    } catch (error) {
      throw this.#away(error);
    }
  }

  async #fetch(hash: string): Promise<void> {
    const path = this.#path(hash);
    const found = await stat(path).catch(() => undefined);
    if (!found) {
      await stat(this.#folder).catch((error) => {
        throw this.#away(error);
      });
      throw lost(`The value ${hash} is not in ${this.#folder} any more`);
    }
    const stored = await this.#received.writeFile(path);
    if (stored.hash !== hash) throw lost(`The file ${path} has other bytes than its name says`);
  }

  #path(hash: string): string {
    if (SHA256.test(hash)) return join(this.#folder, hash.slice(0, 2), hash);
    throw lost(`A record names bytes by ${JSON.stringify(String(hash).slice(0, 80))}, which is no sha256`);
  }

  #away(error: unknown): FlowError {
    const message = `The folder of large values ${this.#folder} cannot be used here: ${messageOf(error)}. Mount it, or name another one by NX_FLOW_BLOBS.`;
    return new FlowError('FLOW_BLOBS_AWAY', message, { exit: 1 });
  }
}

function hashesOf(records: readonly ArtifactRecord[]): Set<string> {
  return new Set(records.flatMap(({ hash }) => (hash === undefined ? [] : [hash])));
}

function lost(what: string): FlowError {
  return new FlowError('FLOW_BLOB_LOST', `${what}: execute the step that returned it again.`, { exit: 1 });
}
