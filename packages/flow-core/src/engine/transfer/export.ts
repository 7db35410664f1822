/** export: writes a run of any size as one file, with everything that a spin of its steps needs. */
import { FlowError, isFlowError } from '../../definition/errors';
import { packArtifact } from '../../store/rows/records';
import type { RunRow } from '../../store/rows/rows';
import type { Store } from '../../store/store';
import { type Content, RunContent } from './content';
import { artifactPayload, ContentId, type Head, Kind, VERSIONS } from './format';
import { openValue } from './values';
import { FrameWriter, type Sink } from './write';

export interface ExportOptions {
  store: Store;
  run: RunRow;
  sink: Sink;
  /** Whether the output of the tasks is included. Default true. */
  logs?: boolean;
  /** Called from time to time with the bytes written and the estimated total. */
  progress?(written: number, about: number): void;
  signal?: AbortSignal;
}

export interface Exported {
  id: string;
  tasks: number;
  artifacts: number;
  bytes: number;
}

/**
 * Reads the run twice: first only its rows, for the id at the file's beginning.
 * @throws FlowError FLOW_RUN_GOES_ON, FLOW_STORE_CORRUPT, FLOW_INTERRUPTED
 */
export async function exportRun(options: ExportOptions): Promise<Exported> {
  const { store, run, sink, logs = true, progress = () => {}, signal } = options;
  const content = await RunContent.of(store, run);
  const head = await headOf(content, signal);
  const writer = new FrameWriter(sink, await versionOf(content));
  await writer.frame(Kind.Head, Buffer.from(JSON.stringify(head)));
  const code = await content.code();
  if (code) await writer.frame(Kind.Code, Buffer.from(JSON.stringify(code)));
  const sent = new Set<string>();
  for await (const item of content.rows()) {
    requireGoing(signal);
    const { kind, payload } = frameOf(item);
    await writer.frame(kind, payload);
    const hash = item.kind === 'artifact' ? item.record.hash : undefined;
    if (hash !== undefined && !sent.has(hash)) {
      sent.add(hash);
      try {
        const { size, pieces } = await openValue(store.cas, hash);
        await writer.value(hash, { size, pieces: reporting(pieces, () => tell(writer.written)) });
      } catch (error) {
        throw named(run, item, error);
      }
    }
    tell(writer.written);
  }
  for await (const card of content.cards()) {
    requireGoing(signal);
    await writer.frame(Kind.Card, Buffer.from(JSON.stringify(card)));
  }
  for await (const part of content.parts()) {
    requireGoing(signal);
    await writer.frame(Kind.Part, Buffer.from(JSON.stringify(part)));
  }
  if (logs) {
    for await (const log of content.logs()) {
      requireGoing(signal);
      await writer.frame(Kind.Log, Buffer.from(JSON.stringify(log)));
    }
  }
  await writer.end();
  const { id, tasks, artifacts } = head;
  return { id, tasks, artifacts, bytes: writer.written };

  function tell(written: number): void {
    requireGoing(signal);
    progress(written, Math.max(head.bytes, written));
  }
}

/** An older nx-flow is told by the number that it cannot read cards. */
async function versionOf(content: RunContent): Promise<number> {
  for await (const _ of content.cards()) return VERSIONS.cards;
  for await (const _ of content.parts()) return VERSIONS.cards;
  return VERSIONS.plain;
}

/** The error for a value that the store has lost says whose it is. */
function named({ flow, run }: RunRow, item: Content, error: unknown): unknown {
  if (item.kind !== 'artifact' || !isFlowError(error) || error.code !== 'FLOW_STORE_CORRUPT') return error;
  const { step, task, name } = item.at;
  const message = `${flow}/${run}/${step}/${task}/${name} cannot be exported. ${error.message}`;
  return new FlowError(error.code, message, { exit: 1, cause: error });
}

async function headOf(content: RunContent, signal: AbortSignal | undefined): Promise<Head> {
  const run = content.run();
  const id = new ContentId(run);
  const hashes = new Set<string>();
  const head: Head = { id: '', run, tasks: 0, artifacts: 0, bytes: 0 };
  for await (const item of content.rows()) {
    requireGoing(signal);
    const { kind, payload } = frameOf(item);
    id.add(kind, payload);
    head.bytes += payload.length;
    if (item.kind === 'task') head.tasks++;
    else {
      head.artifacts++;
      const { hash, size } = item.record;
      if (hash !== undefined && !hashes.has(hash)) head.bytes += size;
      if (hash !== undefined) hashes.add(hash);
    }
  }
  return { ...head, id: id.digest() };
}

function frameOf(item: Content): { kind: Kind; payload: Buffer } {
  if (item.kind === 'task') return { kind: Kind.Task, payload: Buffer.from(JSON.stringify(item.row)) };
  // Its bytes go with it.
  const { blobs, ...record } = item.record;
  return { kind: Kind.Artifact, payload: artifactPayload(item.at, packArtifact(record)) };
}

async function* reporting(
  pieces: AsyncIterable<Uint8Array>,
  tell: () => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const piece of pieces) {
    tell();
    yield piece;
  }
}

/** @throws FlowError FLOW_INTERRUPTED */
export function requireGoing(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new FlowError('FLOW_INTERRUPTED', 'It was interrupted.', { exit: 1 });
}
