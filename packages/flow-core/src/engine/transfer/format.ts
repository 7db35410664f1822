/**
 * The file that carries a run from one store to another. Version 2, or 3 where the run has cards; numbers little-endian:
 *
 *     preamble   magic (8 bytes), version (u16), the version's complement (u16)
 *     frames     kind (u8), length of the payload (u32), payload
 *
 *     1 head      JSON {@link Head}: always the first
 *     2 task      JSON TaskRow
 *     3 artifact  length of the address (u32), JSON {@link ArtifactAt}, the artifact as the store packs it
 *     4 log       JSON {@link LogAt}
 *     5 value     sha256 (32 bytes) and size (u64) of a value of the CAS; its bytes follow the frame
 *     8 card      JSON {@link CardAt}
 *     9 part      JSON {@link PartAt}
 *     7 code      JSON CodeRow: the fingerprints of the run's steps, if it recorded them itself
 *     6 end       sha256 of all bytes before it except those of values: always the last
 *
 * So one hash covers every byte: a value's own hash its bytes, the last frame's hash all others. Rows hold no run
 * numbers: labels are `step/task`, even when a resumed run had taken tasks over from other runs. Nothing is
 * compressed: numbers gain nothing by it, and users can compress the file. Equal runs give equal files.
 */
import { createHash, type Hash } from 'node:crypto';
import type { CardRow, PartRow } from '../../store/rows/card-row';
import type { CardPlace } from '../../store/rows/cards';
import type { ArtifactAddress } from '../../store/rows/records';
import type { LogRow, RunRow } from '../../store/rows/rows';

/** Like PNG's: it shows when a file was sent as text or cut to seven bits. */
export const MAGIC = Buffer.from('\x89NXF\r\n\x1a\n', 'latin1');
/** What this nx-flow reads. A run without cards is written as one that an older nx-flow reads, too. */
export const VERSIONS = { plain: 2, cards: 3 } as const;
export const PREAMBLE = MAGIC.length + 4;
/** Longest payload: the row of a join of a million tasks has 20 MB. An altered length costs no more memory. */
export const LONGEST = 256 * 1024 * 1024;

export enum Kind {
  Head = 1,
  Task,
  Artifact,
  Log,
  Value,
  End,
  Code,
  Card,
  Part,
}

export interface Head {
  /** The id of the run's content: its row, tasks and artifacts. Logs, cards, code and tags do not count. */
  id: string;
  /** The row as in the store in which the flow ran, with its number and namespace. */
  run: RunRow;
  tasks: number;
  artifacts: number;
  /** The size of all frames and values without logs, to show progress. */
  bytes: number;
}

export type ArtifactAt = Omit<ArtifactAddress, 'flow' | 'run'>;

export interface CardAt extends CardPlace, CardRow {}

export interface PartAt extends CardPlace, PartRow {}

export interface LogAt extends LogRow {
  step: string;
  task: number;
  attempt: number;
  seq: number;
}

export function preamble(version: number): Buffer {
  const bytes = Buffer.alloc(PREAMBLE);
  MAGIC.copy(bytes);
  bytes.writeUInt16LE(version, MAGIC.length);
  bytes.writeUInt16LE(~version & 0xffff, MAGIC.length + 2);
  return bytes;
}

export function frameHead(kind: Kind, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(5);
  bytes.writeUInt8(kind, 0);
  bytes.writeUInt32LE(length, 1);
  return bytes;
}

/** The payload of an artifact: its address, then its packed record. */
export function artifactPayload(at: ArtifactAt, packed: Uint8Array): Buffer {
  const address = Buffer.from(JSON.stringify(at));
  const length = Buffer.allocUnsafe(4);
  length.writeUInt32LE(address.length, 0);
  return Buffer.concat([length, address, packed]);
}

export function artifactOf(payload: Buffer): { at: ArtifactAt; packed: Buffer } {
  const end = 4 + payload.readUInt32LE(0);
  return { at: JSON.parse(payload.toString('utf8', 4, end)), packed: payload.subarray(end) };
}

/** Computes the id of a run from its row and the payloads of its tasks and artifacts, in file order. */
export class ContentId {
  readonly #hash: Hash = createHash('sha256');

  constructor(run: RunRow) {
    this.add(Kind.Head, Buffer.from(JSON.stringify({ ...run, tags: [] })));
  }

  add(kind: Kind, payload: Uint8Array): void {
    this.#hash.update(frameHead(kind, payload.length)).update(payload);
  }

  digest(): string {
    return this.#hash.digest('hex');
  }
}
