/** The records of a run as operations on the database, and artifacts as its values. */

import type { Op } from '../kv/kv';
import { keys } from '../kv/row-keys';
import type { CardRow, PartRow } from './card-row';
import { fromJson, noRow } from './json';
import type { ReuseRow } from './reuse-row';
import type { ArtifactRecord, CodeRow, LogRow, RunRow, TaskRow } from './rows';
import { withTwin } from './twins';

/** The address of an artifact: the task that stored it, and its name. */
export interface ArtifactAddress {
  flow: string;
  run: number;
  step: string;
  task: number;
  name: string;
}

/** Makes the operations for records. Those of one event go into one batch. */
export const record = {
  run: (row: RunRow): Op[] => [
    ...withTwin({ key: keys.run(row.flow, row.run), value: JSON.stringify(row) }, ''),
    ...withTwin({ key: keys.inNamespace(row.flow, row.namespace, row.run), value: '' }),
  ],
  task: (flow: string, run: number, row: TaskRow): Op => ({
    key: keys.task(flow, run, row.step, row.task),
    value: JSON.stringify(row),
  }),
  code: (flow: string, run: number, row: CodeRow): Op[] =>
    withTwin({ key: keys.code(flow, run), value: JSON.stringify(row) }, ''),
  reuse: (
    { flow, run, namespace }: Pick<RunRow, 'flow' | 'run' | 'namespace'>,
    step: string,
    key: string,
    row: ReuseRow,
  ): Op => ({ key: keys.reuse(flow, namespace, step, key, run), value: JSON.stringify(row) }),
  artifact: (address: ArtifactAddress, artifact: ArtifactRecord): Op => ({
    key: keys.artifact(address.flow, address.run, address.step, address.task, address.name),
    value: packArtifact(artifact),
  }),
  card: (
    flow: string,
    run: number,
    at: { step: string; task: number; attempt: number; id: string },
    row: CardRow,
  ): Op => ({
    key: keys.card(flow, run, at.step, at.task, at.attempt, at.id),
    value: JSON.stringify(row),
  }),
  part: (
    flow: string,
    run: number,
    at: { step: string; task: number; attempt: number; id: string },
    row: PartRow,
  ): Op => ({
    key: keys.part(flow, run, at.step, at.task, at.attempt, at.id),
    value: JSON.stringify(row),
  }),
  log: (
    flow: string,
    run: number,
    at: { step: string; task: number; attempt: number; seq: number },
    row: LogRow,
  ): Op => ({
    key: keys.log(flow, run, at.step, at.task, at.attempt, at.seq),
    value: JSON.stringify(row),
  }),
};

/** Packs one value: the length of the metadata, the metadata as JSON, the bytes unless they are in the CAS. */
export function packArtifact({ bytes, ...meta }: ArtifactRecord): Uint8Array {
  const head = Buffer.from(JSON.stringify(meta));
  const packed = Buffer.allocUnsafe(4 + head.length + (bytes?.length ?? 0));
  packed.writeUInt32LE(head.length, 0);
  head.copy(packed, 4);
  if (bytes) packed.set(bytes, 4 + head.length);
  return packed;
}

/** Of the values of artifacts, those whose bytes lie in a file have one of these texts. */
export const IN_FILES = ['"hash":"'];

/** @throws FlowError FLOW_STORE_CORRUPT where it is none */
export function unpackArtifact(value: Uint8Array): ArtifactRecord {
  const packed = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  if (packed.length < 4) throw noRow();
  const end = 4 + packed.readUInt32LE(0);
  const artifact = fromJson<ArtifactRecord>(packed.subarray(4, end)) as ArtifactRecord;
  if (artifact.hash === undefined) artifact.bytes = packed.subarray(end);
  return artifact;
}
