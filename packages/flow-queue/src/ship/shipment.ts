/** The code of a run on its way to workers: packed once, put where they find it, signed for this run. */
import { createHash } from 'node:crypto';
import { FileCas, type Fingerprints, FlowError, isFlowError } from '@nx-flow/core/queue';
import type { Server } from '../connection/server';
import type { Shipped } from '../wire/chunk';
import type { Freight } from '../wire/freight';
import { codeName } from '../wire/names';
import { packFiles } from './archive';
import { type Closure, type ClosureOptions, closureOf } from './closure';
import { type Signed, sign } from './signature';

/** Up to here it travels in the queue itself. Bytes. */
const SMALL = 1024 * 1024;

export interface ShipmentOptions extends ClosureOptions {
  /** `NX_FLOW_QUEUE_KEY` */
  key: string;
  freight: Freight;
  /** The folder of large values here. */
  cas: string;
}

/** As it lies in the queue. */
export interface CodeJob {
  blob: string;
}

export class Shipment {
  readonly hash: string;
  readonly fingerprints: Fingerprints;
  readonly left: readonly string[];
  readonly #key: string;
  readonly #size: number;
  /** Undefined where it travels as large values do. */
  readonly #blob: string | undefined;

  private constructor(key: string, { fingerprints, left }: Closure, blob: Buffer) {
    this.hash = createHash('sha256').update(blob).digest('hex');
    this.fingerprints = fingerprints;
    this.left = left;
    this.#key = key;
    this.#size = blob.length;
    this.#blob = blob.length > SMALL ? undefined : blob.toString('base64');
  }

  /** @throws FlowError FLOW_SHIP, FLOW_BLOBS_MISSING, FLOW_BLOBS_AWAY, and what fingerprinting throws */
  static async make({ key, freight, cas, ...options }: ShipmentOptions): Promise<Shipment> {
    const closure = await closureOf(options);
    const blob = await packFiles(closure.files);
    const shipment = new Shipment(key, closure, blob);
    if (blob.length > SMALL) await sendLarge(blob, freight, cas);
    return shipment;
  }

  /** What a chunk says of its code. The code is there then, also where the server has forgotten it. */
  async stamp(server: Server, { flow, run, token }: Omit<Signed, 'hash'>): Promise<Shipped> {
    const { hash } = this;
    if (this.#blob !== undefined && !(await server.has(codeName(token), idOf(hash)))) {
      const job: CodeJob = { blob: this.#blob };
      await server.add(codeName(token), idOf(hash), job);
    }
    const signature = sign(this.#key, { hash, flow, run, token });
    return { hash, size: this.#size, place: this.#blob === undefined ? 'blobs' : 'queue', signature };
  }
}

/** Of the code in its queue. */
export const idOf = (hash: string) => `c${hash}`;

/** What travels as a large value does. */
export const codeRecord = (hash: string, size: number) =>
  ({ codec: 'bytes', version: 1, type: 'code', digest: hash, hash, size }) as const;

async function sendLarge(blob: Buffer, freight: Freight, cas: string): Promise<void> {
  const hash = await new FileCas(cas).write(blob);
  try {
    await freight.send([codeRecord(hash, blob.length)]);
  } catch (error) {
    if (!isFlowError(error) || error.code !== 'FLOW_BLOBS_MISSING') throw error;
    const size = (blob.length / 1024 / 1024).toFixed(1);
    const message = `The code and the inputs are ${size} MB packed, too large to travel in the queue: set NX_FLOW_BLOBS for the run and its workers, such as file:/mnt/flow.`;
    throw new FlowError('FLOW_BLOBS_MISSING', message, { exit: 1, cause: error });
  }
}
