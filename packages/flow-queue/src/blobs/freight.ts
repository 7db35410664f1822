/** Large values between a run and its workers, through a place that they share: each is written before it is spoken of. */
import { setTimeout as pause } from 'node:timers/promises';
import { type ArtifactRecord, type FileCas, FlowError, isFlowError } from '@nx-flow/core/queue';
import { type Carried, type Freight, noFreight, type Waiting } from '../wire/freight';
import { type Blobs, MARKER } from './blobs';

export interface FreightOptions {
  blobs: Blobs | undefined;
  /** Where large values lie here. */
  cas: FileCas;
  /** Where those go that come; by default the same. Absent for a run: its records say that the bytes are in the blobs. */
  received?: FileCas;
  /** The store whose place it is to be, by its id. */
  store?: string | undefined;
  /** How long a place that is away is waited for. Milliseconds. */
  patienceMs: number;
  /** Hears that it is, and that it is back after so long. */
  tell?(event: { type: 'blobs-away'; why: string } | { type: 'blobs-back'; ms: number }): void;
}

/** So long, a run does not look again for what it has looked for. Milliseconds. */
const THERE_MS = 30_000;

/** A place that is away is asked again after so long. Milliseconds. */
const AGAIN_MS = 500;

export function freightOf(options: FreightOptions): Freight {
  const { blobs } = options;
  return blobs ? new BlobFreight({ ...options, blobs }) : noFreight;
}

class BlobFreight implements Freight {
  readonly #options: FreightOptions & { blobs: Blobs };
  /** Of a run, those that it has looked for: many of its tasks read the same. */
  readonly #there = new Map<string, number>();
  #boundAt = Number.NEGATIVE_INFINITY;
  /** Several values may wait at once: that is told once. */
  readonly #waiting: Waiting = {
    isOver: (ms) => ms > this.#options.patienceMs,
    away: (why) => {
      if (!this.#isAway) this.#options.tell?.({ type: 'blobs-away', why });
      this.#isAway = true;
    },
    back: (ms) => {
      if (this.#isAway) this.#options.tell?.({ type: 'blobs-back', ms });
      this.#isAway = false;
    },
  };
  #isAway = false;

  constructor(options: FreightOptions & { blobs: Blobs }) {
    this.#options = options;
  }

  get store(): string | undefined {
    return this.#options.store;
  }

  of(store: string | undefined): Freight {
    return store === this.#options.store ? this : new BlobFreight({ ...this.#options, store });
  }

  /** @throws FlowError FLOW_BLOBS_AWAY and its like, FLOW_STORE_CORRUPT */
  async send(records: readonly ArtifactRecord[], waiting?: Waiting): Promise<Carried> {
    const { blobs, cas, received } = this.#options;
    for (const [hash, size] of hashesOf(records)) {
      if (performance.now() - (this.#there.get(hash) ?? Number.NEGATIVE_INFINITY) < THERE_MS) continue;
      await this.#patiently(async () => {
        // One that was written in part has another size.
        if (!(await blobs.renew(hash, size))) await blobs.put(hash, cas.file(hash));
      }, waiting);
      if (!received) this.#there.set(hash, performance.now());
    }
    return [];
  }

  /** @throws FlowError FLOW_BLOB_LOST, FLOW_BLOBS_AWAY and its like, FLOW_STORE_FULL */
  async receive(records: readonly ArtifactRecord[]): Promise<void> {
    const { blobs, cas, received } = this.#options;
    if (!received) {
      for (const record of records)
        if (record.hash !== undefined && !cas.has(record.hash)) record.blobs = true;
      return;
    }
    for (const [hash] of hashesOf(records))
      if (!(await received.renew(hash))) await this.#patiently(() => blobs.get(hash, received));
  }

  /** Whoever sends tasks has said whose place it is: an empty folder where another one is to be mounted is none. */
  async #requireBound(): Promise<void> {
    const { blobs, store } = this.#options;
    const owner = await blobs.owner();
    if (owner !== undefined && (store === undefined || owner === store)) {
      this.#boundAt = performance.now();
      return;
    }
    const why = owner === undefined ? `it has no ${MARKER}` : `${MARKER} there names another store`;
    const message = `${blobs.url} is not the place that the run uses: ${why}. Mount it, or name the same one by NX_FLOW_BLOBS.`;
    throw new FlowError('FLOW_BLOBS_AWAY', message, { exit: 1 });
  }

  async #patiently(work: () => Promise<void>, waiting: Waiting = this.#waiting): Promise<void> {
    const begun = performance.now();
    const elapsed = () => performance.now() - begun;
    for (let isAway = false; ; isAway = true) {
      try {
        if (performance.now() - this.#boundAt > THERE_MS) await this.#requireBound();
        await work();
        if (isAway) waiting.back(elapsed());
        return;
      } catch (error) {
        if (!isFlowError(error) || error.code !== 'FLOW_BLOBS_AWAY' || waiting.isOver(elapsed())) throw error;
        if (!isAway) waiting.away(error.message);
        await pause(AGAIN_MS);
      }
    }
  }
}

/** With their sizes. */
function hashesOf(records: readonly ArtifactRecord[]): Map<string, number> {
  return new Map(records.flatMap(({ hash, size }) => (hash === undefined ? [] : [[hash, size]])));
}
