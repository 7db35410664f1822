/** Code that was sent, at a worker: whether it takes it, and where it has it. */
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FileCas, FlowError } from '@nx-flow/core/queue';
import type { Server } from '../connection/server';
import type { ChunkJob, Shipped } from '../wire/chunk';
import type { Freight } from '../wire/freight';
import { codeName } from '../wire/names';
import { unpackFiles } from './archive';
import { type Held, Kept } from './kept';
import { badArchive, MOST_BYTES } from './names';
import { installLocked, kindOfMachine, linkPackages, lockHash } from './packages';
import { type CodeJob, codeRecord, idOf } from './shipment';
import { isSigned } from './signature';

/** What a worker was told about code that is sent. */
export interface AcceptOptions {
  /** `--accept-shipped` */
  accept: boolean;
  /** `NX_FLOW_QUEUE_KEY` */
  key?: string;
  /** Whether packages execute scripts when they are installed. */
  scripts?: boolean;
  /** Where it unpacks code, and installs packages. */
  folder: string;
}

export interface AcceptingOptions extends AcceptOptions {
  server: Server;
  freight: Freight;
  /** The folder of large values. */
  cas: string;
  /** The worker's own. */
  workspace: string;
}

export class Accepting {
  readonly #options: AcceptingOptions;
  readonly #codes: Kept;
  readonly #packages: Kept;
  readonly #kind: string;
  /** By the hash of the blob: the tasks of several runs may have the same code. */
  readonly #held = new Map<string, { users: number; code: Promise<Held> }>();
  readonly #closing = new AbortController();

  constructor(options: AcceptingOptions) {
    this.#options = options;
    this.#codes = new Kept(join(options.folder, 'code'));
    this.#packages = new Kept(join(options.folder, 'packages'));
    this.#kind = kindOfMachine(options.scripts === true);
  }

  get scripts(): boolean {
    return this.#options.scripts === true;
  }

  /**
   * Why it does not take code of this run. Undefined where it does.
   * @throws FlowError FLOW_WORKER_SHIP where somebody without the key has sent it
   */
  refusal({ flow, run, token, shipped }: ChunkJob): FlowError | undefined {
    const { accept, key } = this.#options;
    if (!accept)
      return refused('it takes no code that is sent: start it with --accept-shipped and NX_FLOW_QUEUE_KEY');
    if (!key)
      return refused(
        'it has no key to know who has sent the code: start it with NX_FLOW_QUEUE_KEY as the run has it',
      );
    const { hash = '', signature } = shipped ?? {};
    if (isSigned(key, { hash, flow, run, token }, signature)) return undefined;
    throw refused(
      'the code was signed with another NX_FLOW_QUEUE_KEY than its own: give the run and its workers the same',
    );
  }

  /**
   * The code, unpacked and with its packages: nobody removes it until it is released.
   * @throws FlowError FLOW_SHIP_ARCHIVE, FLOW_SHIP_LOST, FLOW_PACKAGES, FLOW_BLOB_LOST and its like
   */
  async hold(token: string, shipped: Shipped): Promise<Held> {
    const { hash } = shipped;
    let held = this.#held.get(hash);
    if (!held) {
      held = { users: 0, code: this.#hold(token, shipped) };
      this.#held.set(hash, held);
    }
    const mine = held;
    mine.users++;
    const leave = async () => {
      if (--mine.users > 0) return;
      if (this.#held.get(hash) === mine) this.#held.delete(hash);
      await mine.code.then((code) => code.release()).catch(() => {});
    };
    try {
      const { folder } = await mine.code;
      return { folder, release: leave };
    } catch (error) {
      await leave();
      throw error;
    }
  }

  async #hold(token: string, shipped: Shipped): Promise<Held> {
    const { workspace } = this.#options;
    const { scripts } = this;
    const code = await this.#codes.hold(`${shipped.hash}-${this.#kind}`, async (folder) => {
      await unpackInto(folder, await this.#fetch(token, shipped));
    });
    try {
      const lock = await lockHash(code.folder);
      const install = { scripts, workspace, signal: this.#closing.signal };
      const packages =
        lock === undefined
          ? undefined
          : await this.#packages.hold(`${lock}-${this.#kind}`, (folder) =>
              installLocked(code.folder, folder, install),
            );
      await linkPackages(code.folder, packages?.folder);
      void this.sweep();
      return {
        folder: code.folder,
        async release() {
          await packages?.release();
          await code.release();
        },
      };
    } catch (error) {
      await code.release();
      throw error;
    }
  }

  async #fetch(token: string, { hash, size, place }: Shipped): Promise<Uint8Array> {
    const { server, freight, cas } = this.#options;
    if (!(size <= MOST_BYTES)) throw badArchive('it is too large');
    if (place === 'blobs') {
      await freight.receive([codeRecord(hash, size)], []);
      return new FileCas(cas).read(hash, true);
    }
    const job = await server.get<CodeJob>(codeName(token), idOf(hash));
    if (!job)
      throw new FlowError('FLOW_SHIP_LOST', 'The code of the run is not in the queue any more.', { exit: 1 });
    const bytes = Buffer.from(job.blob, 'base64');
    if (createHash('sha256').update(bytes).digest('hex') !== hash)
      throw badArchive('it has other bytes than were signed');
    return bytes;
  }

  /** Removes what was not used for days. It fails nothing. */
  async sweep(): Promise<void> {
    await this.#codes.sweep().catch(() => {});
    await this.#packages.sweep().catch(() => {});
  }

  /** What is being installed ends. */
  close(): void {
    this.#closing.abort();
  }
}

async function unpackInto(folder: string, blob: Uint8Array): Promise<void> {
  for (const { path, bytes, isExecutable } of await unpackFiles(blob)) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    // Never through what is there already.
    await writeFile(file, bytes, { flag: 'wx', mode: isExecutable ? 0o700 : 0o600 });
  }
}

const refused = (why: string) => new FlowError('FLOW_WORKER_SHIP', why, { exit: 1 });
