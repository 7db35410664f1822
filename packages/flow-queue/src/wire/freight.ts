/** How large values travel between a run and its workers. Small ones are in the records. */
import { type ArtifactRecord, FlowError } from '@nx-flow/core/queue';

/** Bytes that travel in a message, by their hash. */
export type Carried = [hash: string, bytes: Uint8Array][];

/** Who waits while the place of large values is away. */
export interface Waiting {
  /** Whether it waits no more. @param ms so long it has */
  isOver(ms: number): boolean;
  away(why: string): void;
  /** After so long. */
  back(ms: number): void;
}

/** Both sides have one. */
export interface Freight {
  /** The store whose place it is, by its id; undefined where there is no place. */
  readonly store?: string | undefined;
  /** The same for a run of this store: a worker whose place is another store's says so. */
  of(store: string | undefined): Freight;
  /**
   * What has to travel beside these records. The rest is where the other side finds it.
   * @param waiting by default the one that waits as long as a run does
   * @throws FlowError FLOW_BLOBS_MISSING, FLOW_BLOBS_AWAY
   */
  send(records: readonly ArtifactRecord[], waiting?: Waiting): Promise<Carried>;
  /** Makes the values of these records readable here, or notes in them where their bytes are. @throws FlowError where one is lost */
  receive(records: readonly ArtifactRecord[], carried: Carried): Promise<void>;
}

/** Where no blobs are given: large values cannot travel. */
export const noFreight: Freight = {
  of: () => noFreight,
  async send(records) {
    const large = records.find(({ hash }) => hash !== undefined);
    if (large)
      throw new FlowError(
        'FLOW_BLOBS_MISSING',
        `A value of ${large.size} bytes is too large to travel in the queue: set NX_FLOW_BLOBS for the run and its workers, to a folder that they share, such as file:/mnt/flow, or a bucket, such as s3://models/flow.`,
      );
    return [];
  },
  async receive() {},
};
