/**
 * Repairs a store: salvages what its database holds into a new one, which takes the old one's place when it is complete. The old
 * one stays beside it, as it was. It may be killed at any point: what it left half made, the next command removes.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';
import { FlowError, isFlowError } from '../../definition/errors';
import { sweepTemporary, temporaryName } from '../../environment/temporary';
import { brokerName } from '../../store/broker/pid-file';
import { FileCas } from '../../store/cas/cas';
import { LEAST_ROOM, noRoom, notWritten, requireRoom } from '../../store/folder/no-room';
import { giveBack } from '../../store/folder/owner';
import { unwritableStore } from '../../store/folder/require-writable';
import { setAside } from '../../store/folder/set-aside';
import { syncFolder } from '../../store/folder/write-file';
import { forgetDropped } from '../../store/level/dropped';
import { Generation } from '../../store/level/generation';
import { LevelKv } from '../../store/level/level';
import { mendNumbers, newestNumbers } from '../../store/level/numbers';
import { readStamp, STORE_FORMAT } from '../../store/level/stamp';
import { swapDatabase } from '../../store/level/swap';
import { nameOfLost, whatHelps } from '../../store/rows/lost-records';
import { damagedRanges } from '../../store/salvage/damaged-ranges';
import { holdDatabase } from '../../store/salvage/hold-database';
import { salvaged } from '../../store/salvage/salvage';
import { damagedFiles } from './database-files';
import { doubtfulTags } from './doubtful-tags';
import { numbersIn } from './numbers-file';
import type { Looked, Report, StoreProblem } from './problem';
import { type Rebuilt, rebuild } from './rebuild';
import { remediesOf } from './remedies';
import { verifyStore } from './verify';

/** How long others may take to leave: a broker without clients stays for five seconds. Milliseconds. */
const PATIENCE_MS = 15_000;

export interface RepairOptions {
  /** Look at the bytes of every file, too. */
  readData: boolean;
  /** Gets what is still wrong then, such as records that only a newer nx-flow knows. */
  report: Report;
  patience?: number;
}

export interface Repaired {
  /** What the new database holds. */
  looked: Looked;
  /** What this repair found lost. */
  lost: StoreProblem[];
  /** Where the old database is. */
  old: string;
  /** Its size in bytes. */
  bytes: number;
}

/**
 * @param store its folder
 * @throws FlowError FLOW_STORE_IN_USE, FLOW_STORE_FULL, FLOW_STORE_FORMAT, FLOW_STORE_UNWRITABLE, FLOW_STORE_CORRUPT where nothing
 * can be salvaged; then nothing is changed
 */
export async function repairStore(store: string, options: RepairOptions): Promise<Repaired> {
  const db = join(store, 'db');
  const { patience = PATIENCE_MS } = options;
  sweepTemporary(store);
  // Even the lock is written to the disk.
  requireRoomFor(store, db);
  // What LevelDB writes is its owner's, whatever the user's umask is.
  const mask = process.umask(0o077);
  const work = join(store, temporaryName());
  let letGo: (() => Promise<void>) | undefined;
  try {
    mkdirSync(work, { mode: 0o700 });
    letGo = await holdDatabase(db, join(work, 'lock'), patience);
    if (!letGo) throw inUse(store);
    requireThisFormat(db);
    // Whoever had it before may have written.
    const bytes = requireRoomFor(store, db);
    return { ...(await replace(store, work, options)), bytes };
  } catch (error) {
    throw whyNot(store, error as NodeJS.ErrnoException);
  } finally {
    await letGo?.();
    giveBack(store);
    rmSync(work, { recursive: true, force: true });
    process.umask(mask);
  }
}

/** Returns the size of the database in bytes. @throws FlowError FLOW_STORE_FULL */
function requireRoomFor(store: string, db: string): number {
  const bytes = existsSync(db) ? sizeOf(db) : 0;
  // Its log is written as tables, too.
  requireRoom(store, 2 * bytes + LEAST_ROOM, 'a repair writes its database anew');
  return bytes;
}

async function replace(
  store: string,
  work: string,
  { readData, report }: RepairOptions,
): Promise<Omit<Repaired, 'bytes'>> {
  const at = Date.now();
  const cas = new FileCas(join(store, 'cas'));
  const numbers = newestNumbers(store);
  const fresh = join(work, 'db');
  const db = join(store, 'db');
  const files = [...damagedFiles(store), ...(isEmpty(db) ? [goneDatabase(db)] : [])];
  const kv = await LevelKv.open(fresh);
  let rebuilt: Rebuilt;
  let looked: Looked;
  let lost: StoreProblem[];
  let doubtful: StoreProblem[];
  let known: Map<string, number>;
  try {
    const incomplete = files.length > 0;
    rebuilt = await rebuild(salvaged(db), kv, { cas, numbers, readData, incomplete, at });
    if (rebuilt.kept === 0 && !isEmpty(db)) throw nothingLeft(db);
    doubtful = await doubtfulTags(kv, damagedRanges(db));
    looked = await verifyStore({ kv, cas }, { readData, numbers, report });
    lost = await told(kv, rebuilt.lost);
    known = await numbersIn(kv);
  } finally {
    await kv.close();
  }
  for (const name of readdirSync(fresh)) syncFile(join(fresh, name));
  syncFolder(fresh);
  // Whoever knows the state by its name reads it again.
  new Generation(store).written();
  const old = swapDatabase(store, fresh, at);
  for (const path of rebuilt.files) setAside(path, at);
  forgetDropped(store);
  mendNumbers(store, known);
  return { looked, lost: [...files, ...lost, ...doubtful], old };
}

/** Nothing is there of a database but what says how it was. */
const isEmpty = (db: string) =>
  !readdirSync(db).some((name) => /^\d+\.(log|ldb|sst)$/.test(name) && lstatSync(join(db, name)).size > 0);

const goneDatabase = (db: string): StoreProblem => ({
  where: 'db',
  message: `All records of the database ${db} were gone: of its runs, only the numbers are known that the files beside it say.`,
});

async function told(kv: LevelKv, lost: Rebuilt['lost']): Promise<StoreProblem[]> {
  const records = [...lost].map(([key, row]) => ({ key, ...row }));
  const remedies = await remediesOf(kv, records);
  return records.map((one) => ({ where: nameOfLost(one), message: whatHelps(one, remedies.get(one.key)) }));
}

/** A damaged stamp, or none, says nothing: then the records' checksums do. */
function requireThisFormat(db: string): void {
  let stamp: ReturnType<typeof readStamp>;
  try {
    stamp = readStamp(db);
  } catch (error) {
    if ((error as FlowError).code !== 'FLOW_STORE_CORRUPT') throw error;
  }
  if (!stamp || (stamp.format === STORE_FORMAT && stamp.from === undefined)) return;
  throw new FlowError(
    'FLOW_STORE_FORMAT',
    `The database ${db} is still of format ${stamp.from ?? stamp.format}, whose records have no checksums, so nobody can tell which of them are whole: any other command brings it to format ${STORE_FORMAT}, if it can be opened. Else restore it from a copy. Nothing was changed.`,
  );
}

function inUse(store: string): FlowError {
  return new FlowError(
    'FLOW_STORE_IN_USE',
    `${brokerName(store)} serves other commands, and a repair needs the store ${store} for itself: wait for their end, and do it again. Nothing was changed.`,
  );
}

function nothingLeft(db: string): FlowError {
  return new FlowError(
    'FLOW_STORE_CORRUPT',
    `Nothing can be read of the database ${db}: restore it from a copy, or move it away to begin with an empty store. Nothing was changed.`,
    { exit: 1 },
  );
}

/** What keeps the folder from being written; it may be of a disk that has no hard links. */
function whyNot(store: string, error: NodeJS.ErrnoException): unknown {
  if (isFlowError(error)) return error;
  const { code = '' } = error;
  if (['EROFS', 'EACCES', 'EPERM', 'ENOTSUP', 'EOPNOTSUPP'].includes(code))
    return unwritableStore(store, code, error);
  // LevelDB's own says no more than that it could not be opened.
  const { cause } = error;
  return notWritten(store, cause instanceof Error && noRoom(cause) !== undefined ? cause : error);
}

function sizeOf(folder: string): number {
  return readdirSync(folder).reduce((sum, name) => sum + lstatSync(join(folder, name)).size, 0);
}

function syncFile(file: string): void {
  const fd = openSync(file, 'r+');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
