/**
 * import: reads a run from its file, completely or not at all. The file is read once. Values and rows are staged
 * until every byte is verified. Then the values move into the store, and the rows are written, the run's own last.
 * Nothing is visible before that row. What a killed import leaves is removed by the next one, and by `gc`.
 */
import { FlowError, isFlowError } from '../../definition/errors';
import {
  abandonImport,
  beginImport,
  endImport,
  type ImportUnderWay,
  importEnded,
  importNonce,
  leaveImport,
  removeDeadImports,
} from '../../store/imports';
import type { Op } from '../../store/kv/kv';
import { type Contents, Tally } from '../../store/rows/contents';
import { record } from '../../store/rows/records';
import { isEndedRun } from '../../store/rows/row-shapes';
import type { RunRow } from '../../store/rows/rows';
import type { Store } from '../../store/store';
import { refuseFor } from '../secrets/recorded';
import { attempt } from './attempt';
import { requireGoing } from './export';
import { ContentId, type Head, Kind } from './format';
import { knownRun } from './known-run';
import { hasValue, isWholeHere, type Mended, mend } from './mend';
import { FrameReader, parsed, type Value } from './read';
import { checkRow, NO_ROW, opsOf } from './row';
import { folderOf, openStage, type Stage } from './stage';

export interface ImportOptions {
  store: Store;
  source: AsyncIterable<Uint8Array>;
  /** The file's name, for errors. */
  name: string;
  /** The namespace in which the run can be found as the latest. */
  namespace: string;
  /** Who imports it. */
  user: string;
  /** Called from time to time with the number of bytes read. */
  progress?(read: number): void;
  signal?: AbortSignal;
}

export interface Imported {
  /** The row in this store. */
  run: RunRow;
  /** Whether this store already had it. */
  known: boolean;
  /** What came back of a run that this store had already, and of which it had lost something. */
  mended?: Mended;
  head: Head;
  bytes: number;
}

/** Most operations and bytes of one batch. */
const GROUP = 4096;
const GROUP_BYTES = 4 * 1024 * 1024;

/**
 * @throws FlowError FLOW_IMPORT_CORRUPT, FLOW_IMPORT_FORMAT, FLOW_INTERRUPTED, FLOW_STORE_UNWRITABLE, FLOW_STORE_FULL,
 * FLOW_STORE_CORRUPT where the run is here, is damaged, and the file does not bring all of it back
 */
export async function importRun(options: ImportOptions): Promise<Imported> {
  const { store, namespace, user, signal } = options;
  const reader = new FrameReader(options.source, options.name);
  const head = await readHead(reader);
  refuseFor(head.run, { 'The user': user, 'The namespace': namespace });
  const known = await knownRun(store, head, namespace);
  const isWhole = known !== undefined && (await isWholeHere(store, known, signal));
  const stage = isWhole ? undefined : await attempt(folderOf(store.cas), () => openStage(store.cas));
  const stored = store.storing();
  try {
    await verify(reader, head, stage, options, known && ((hash) => hasValue(store.cas, hash)));
    if (known && stage) {
      const mended = await attempt(stage.store, () => mend(store, known, stage, signal));
      return { run: known, known: true, mended, head, bytes: reader.read };
    }
    // Another import of the same file may have finished first.
    const now = known ?? (await knownRun(store, head, namespace));
    if (now || !stage) return { run: now as RunRow, known: true, head, bytes: reader.read };
    await removeDeadImports(store);
    const nonce = importNonce(head, namespace);
    const underWay = await beginImport(store, { flow: head.run.flow, nonce, by: user });
    const placed = await place(store, stage, head, underWay, namespace);
    leaveImport(store, underWay);
    return { ...placed, head, bytes: reader.read };
  } finally {
    stored();
    await stage?.discard();
  }
}

/** Of two imports of a file at once, one places the run, and the other finds it. */
async function place(
  store: Store,
  stage: Stage,
  head: Head,
  underWay: ImportUnderWay,
  namespace: string,
): Promise<Pick<Imported, 'run' | 'known'>> {
  // Whoever ended before has removed its mark, and this one's is a new one; whoever ends from now on removes this one's.
  const before = await knownRun(store, head, namespace);
  if (before) {
    await store.commit([importEnded(underWay)]);
    return { run: before, known: true };
  }
  try {
    return { run: await write(store, stage, head, underWay, namespace), known: false };
  } catch (error) {
    // What cannot be removed now is by the next import, or by gc.
    await abandonImport(store, underWay).catch(() => {});
    if (!isFlowError(error) || error.code !== 'FLOW_RUN_TAKEN') throw error;
    const now = await knownRun(store, head, namespace);
    if (!now) throw taken(error);
    return { run: now, known: true };
  }
}

/** The run's own row is the last, when everything that it needs is there. */
async function write(
  store: Store,
  stage: Stage,
  head: Head,
  underWay: ImportUnderWay,
  namespace: string,
): Promise<RunRow> {
  const { run: number, by } = underWay;
  await attempt(stage.store, () => stage.place());
  const contents = await writeRows(store, underWay, stage);
  const lost = await attempt(stage.store, () => stage.lost());
  if (lost !== undefined) {
    const message = `The store has lost the value ${lost} while the run was imported. Nothing was changed: import the file again.`;
    throw new FlowError('FLOW_STORE_CORRUPT', message, { exit: 1 });
  }
  const run = { ...importedRow(head, number, namespace, by), contents };
  await endImport(store, underWay, record.run(run));
  return run;
}

function taken(cause: FlowError): FlowError {
  return new FlowError(
    'FLOW_RUN_TAKEN',
    "The import counts as ended, and what it had written was removed: its process had given no sign of life when the store's broker was started again. Import the file again.",
    { exit: 1, cause },
  );
}

/** @throws FlowError FLOW_IMPORT_CORRUPT, FLOW_IMPORT_FORMAT */
export async function readHead(reader: FrameReader): Promise<Head> {
  const head = await reader.head();
  const { id, run } = head ?? {};
  if (typeof id !== 'string' || !isEndedRun(run)) throw reader.corrupt(NO_ROW);
  return head;
}

/** What is no part of the run's id. */
const APART: ReadonlySet<Kind> = new Set([Kind.Log, Kind.Code, Kind.Card, Kind.Part]);

async function verify(
  reader: FrameReader,
  head: Head,
  stage: Stage | undefined,
  { progress = () => {}, signal }: ImportOptions,
  isHere?: (hash: string) => Promise<boolean>,
): Promise<void> {
  const id = new ContentId(head.run);
  const given = new Map<string, number>();
  const needed = new Map<string, number>();
  for await (const frame of reader.frames()) {
    requireGoing(signal);
    if (frame.kind === Kind.Value) {
      if (given.has(frame.hash)) throw reader.corrupt('it was altered');
      given.set(frame.hash, frame.size);
      const staged = (await isHere?.(frame.hash)) ? undefined : stage;
      await takeValue(frame, staged, () => {
        requireGoing(signal);
        progress(reader.read);
      });
    } else {
      if (!APART.has(frame.kind)) id.add(frame.kind, frame.payload);
      const value = parsed(() => checkRow(frame), reader, NO_ROW);
      if (value && (needed.get(value.hash) ?? value.size) !== value.size) throw reader.corrupt(NO_ROW);
      if (value) needed.set(value.hash, value.size);
      if (stage) await attempt(stage.store, () => stage.row(frame));
    }
    progress(reader.read);
  }
  for (const [hash, size] of needed) {
    if (!given.has(hash)) throw reader.corrupt(`it lacks the value ${hash}`);
    if (given.get(hash) !== size) throw reader.corrupt(NO_ROW);
  }
  if (id.digest() !== head.id) throw reader.corrupt('its content is not that of its id');
}

async function takeValue({ hash, pieces }: Value, stage: Stage | undefined, tell: () => void): Promise<void> {
  const reported = (async function* () {
    for await (const piece of pieces) {
      tell();
      yield piece;
    }
  })();
  if (stage) await attempt(stage.store, () => stage.value(hash, reported));
  else for await (const _ of reported);
}

async function writeRows(
  store: Store,
  { flow, run, fence }: ImportUnderWay,
  stage: Stage,
): Promise<Contents> {
  const tally = new Tally();
  let ops: Op[] = [];
  let bytes = 0;
  for await (const row of stage.rows()) {
    const some = opsOf(flow, run, row);
    ops.push(...some);
    tally.addAll(some);
    bytes += row.payload.length;
    if (ops.length < GROUP && bytes < GROUP_BYTES) continue;
    await store.commit(ops, fence);
    ops = [];
    bytes = 0;
  }
  if (ops.length > 0) await store.commit(ops, fence);
  return tally.contents;
}

function importedRow({ id, run }: Head, number: number, namespace: string, user: string): RunRow {
  const { origin, ...row } = run;
  return {
    ...row,
    run: number,
    namespace,
    imported: {
      id,
      run: `${run.flow}/${run.run}`,
      namespace: run.namespace,
      ...(origin === undefined ? {} : { origin }),
      at: Date.now(),
      by: user,
    },
  };
}
