/**
 * Looks at every record of a store, at what they say of each other, and at the files that they name. Runs may go on meanwhile: only
 * what had ended before counts as whole. The idea is that of `git fsck` and `restic check`.
 */
import { thousands } from '../../definition/thousands';
import type { Cas } from '../../store/cas/cas';
import { importNonce } from '../../store/imports';
import type { Kv } from '../../store/kv/kv';
import { keys, nameOfKey } from '../../store/kv/row-keys';
import { type Contents, RECORD_KINDS, requireWhole, Tally } from '../../store/rows/contents';
import { type LostRecord, lostRecord, nameOfLost, whatHelps } from '../../store/rows/lost-records';
import type { ArtifactRecord, RunRow, TaskRow } from '../../store/rows/rows';
import { IdleReferences } from './idle-references';
import { inspected } from './inspected';
import { isThere, lostOnes } from './lost-ones';
import { ranges, TakenNumbers } from './missing-runs';
import { NamedFiles, type Shared } from './named-files';
import type { Looked, Report, RunName, StoreProblem } from './problem';
import { readRecord, type StoreRecord } from './read-record';
import { References } from './references';
import { Twins } from './twins';

export interface VerifyOptions {
  /** Read the bytes of every file, too. */
  readData: boolean;
  /** The newest number of each counter that is noted beside the database. */
  numbers?: ReadonlyMap<string, number>;
  report: Report;
  /** Looks at the large values that lie in the blobs; by default they count as whole. */
  shared?: Shared;
}

/** What was met of a run. */
interface Met {
  tally: Tally;
  records: number;
  hasRow: boolean;
  inNamespace: boolean;
  /** It was removed: what is there of it, other runs need, or goes with the next `gc`. */
  isRemoved: boolean;
  /** In an imported run: the key of who took its number. */
  nonce?: string;
}

export async function verifyStore(
  { kv, cas }: { kv: Kv; cas: Cas },
  { readData, numbers = new Map(), report, shared }: VerifyOptions,
): Promise<Looked> {
  const ended = await endedRuns(kv);
  const met = new Map<RunName, Met>();
  const newest = new Map<string, number>();
  const taken = new TakenNumbers();
  const files = new NamedFiles(cas);
  const lost = new Map<string, LostRecord>();
  const missing: [key: string, by: string][] = [];
  const references = new References(kv, (key, by) => missing.push([key, by]));
  const twins = new Twins();
  let records = 0;
  for await (const [key, value] of inspected(kv, report)) {
    records++;
    twins.add(key);
    const record = readRecord(key, value);
    if ('message' in record) {
      report(record);
      continue;
    }
    // Whoever follows an index of equal tasks looks whether the run is there.
    if (record.run !== undefined && record.kind !== 'reuse')
      note(metAt(met, record.run), record, value as Uint8Array);
    if (record.kind === 'counter')
      newest.set(record.flow, Number(Buffer.from(value as Uint8Array).toString()));
    if (record.kind === 'nonce')
      taken.claimed(record.flow, Number(Buffer.from(value as Uint8Array).toString()));
    if (record.kind === 'lost') {
      const one = lostRecord(key, value as Uint8Array);
      lost.set(one.key, one);
    }
    if (record.kind === 'artifact') files.add(key, record.row as ArtifactRecord);
    if (record.kind === 'task' && record.run !== undefined)
      await references.of(record.flow, Number(record.run.split('/')[1]), record.row as TaskRow);
  }
  await references.close();
  const isLost = (key: string) => lost.has(key);
  const idle = new IdleReferences(kv);
  for (const [key, by] of missing)
    if (!isLost(key) && !(await idle.has(by)))
      report({
        where: by,
        message: `It refers to ${nameOfKey(key)}, which the store has lost: execute ${by} again.`,
      });
  for (const key of await twins.lost(kv)) {
    // The row of a run is missed by its other records.
    if (
      isLost(key) ||
      met.get(runOf(key))?.isRemoved ||
      (key.startsWith(keys.allRuns()) && met.has(runOf(key)))
    )
      continue;
    const one = { key, at: Date.now(), unrepaired: true as const };
    report({ where: nameOfLost(one), message: whatHelps(one) });
  }
  for (const [run, one] of met) await verifyRun(kv, run, one, ended.get(run), newest, isLost, report);
  for (const [flow, number] of await numbersOf(kv, newest, numbers)) {
    const isKnown = (run: number) => met.has(`${flow}/${run}`) || isLost(keys.run(flow, run));
    for (const range of ranges(taken.missing(flow, number, isKnown))) report(missingRuns(flow, range));
  }
  const wrong = new Set<string>();
  const found = await files.verify(
    readData,
    ({ hash, keys: [first = '', ...others], message }) => {
      wrong.add(hash);
      if ([first, ...others].every(isLost)) return;
      const where = nameOfKey(first);
      report({ where, message: `${message} Execute its step again, or restore the store from a copy.` });
    },
    shared,
  );
  const runs = [...met.values()].filter(({ hasRow }) => hasRow).length;
  return { runs, records, ...found, lost: await lostOnes(kv, [...lost.values()], wrong) };
}

/** `movies/12` */
function runOf(key: string): RunName {
  const [, flow, run] = key.split('/');
  return `${flow}/${Number(run)}`;
}

/** The newest number of each flow, as far as the database knows it, or the file beside it does. */
async function numbersOf(
  kv: Kv,
  known: ReadonlyMap<string, number>,
  noted: ReadonlyMap<string, number>,
): Promise<Map<string, number>> {
  const numbers = new Map(known);
  for (const [counter, number] of noted) {
    const flow = counter.slice(counter.indexOf('/') + 1);
    if (number <= (known.get(flow) ?? 0)) continue;
    // It may have been taken just now.
    const now = await kv.get(counter).catch(() => undefined);
    if (!now || Number(Buffer.from(now).toString()) < number) numbers.set(flow, number);
  }
  return numbers;
}

function missingRuns(flow: string, [first, last]: [number, number]): StoreProblem {
  const one = first === last;
  return {
    where: flow,
    message: `${one ? `The run ${flow}/${first} is` : `The runs ${flow}/${first} to ${flow}/${last} are`} lost: ${one ? 'its number was' : 'their numbers were'} taken, and nothing is there of ${one ? 'it' : 'them'}. Restore the store from a copy, import ${one ? 'it from an export' : 'them from exports'}, or run the flow again.`,
  };
}

/** Those that had ended before all is read, which takes a while: their records do not change any more. */
async function endedRuns(kv: Kv): Promise<Map<RunName, Contents | undefined>> {
  const ended = new Map<RunName, Contents | undefined>();
  for await (const [key, value] of inspected(kv, () => {}, keys.allRuns())) {
    const record = readRecord(key, value);
    if ('message' in record || record.run === undefined) continue;
    const { status, contents } = record.row as RunRow;
    if (status !== 'running') ended.set(record.run, contents);
  }
  return ended;
}

function metAt(met: Map<RunName, Met>, run: RunName): Met {
  const none = { hasRow: false, inNamespace: false, isRemoved: false };
  const one = met.get(run) ?? { tally: new Tally(), records: 0, ...none };
  met.set(run, one);
  return one;
}

function note(met: Met, { kind, key, row }: StoreRecord, value: Uint8Array): void {
  met.records++;
  if (kind === 'run') {
    const { flow, imported, namespace } = row as RunRow;
    met.hasRow = true;
    if (imported) met.nonce = keys.nonce(flow, importNonce(imported, namespace));
  }
  if (kind === 'namespace') met.inNamespace = true;
  if (kind === 'removed') met.isRemoved = true;
  if (kind !== 'task' || (row as TaskRow).status !== 'running') met.tally.add(key, value);
}

async function verifyRun(
  kv: Kv,
  run: RunName,
  { tally, records, hasRow, inNamespace, isRemoved, nonce }: Met,
  contents: Contents | undefined,
  newest: Map<string, number>,
  isLost: (key: string) => boolean,
  report: Report,
): Promise<void> {
  const [flow = '', number = ''] = run.split('/');
  const problem = (message: string) => report({ where: run, message });
  if (isRemoved) return;
  if (!hasRow) {
    const key = keys.run(flow, Number(number));
    // Asked first: an import's mark goes together with the coming of its row.
    if (isLost(key) || (await isThere(kv, keys.importing(flow, Number(number)))) !== false) return;
    // It may be damaged, which was told, or of a run that began meanwhile.
    if ((await isThere(kv, key)) === false)
      problem(
        `Its row is lost, and ${thousands(records)} other records of it are there: restore the store from a copy, or import the run from an export.`,
      );
    return;
  }
  if (!inNamespace)
    problem(
      'It is in the index of no namespace, so that it is never the newest run: name it by its number, or restore the store from a copy.',
    );
  if ((newest.get(flow) ?? 0) < Number(number))
    problem(
      `The newest number that the store knows of ${flow} is ${newest.get(flow) ?? 'lost'}: numbers would be given out again. Restore the store from a copy before the next run.`,
    );
  if (
    nonce !== undefined &&
    (await isThere(kv, nonce)) === false &&
    (await isThere(kv, keys.run(flow, Number(number))))
  )
    problem(
      'That it was imported is not known any more, so that another import of the same file would be a second run: nx-flow verify --repair records it anew.',
    );
  if (!contents) return;
  for (const kind of RECORD_KINDS)
    try {
      requireWhole(run, kind, contents, tally);
    } catch (error) {
      problem((error as Error).message);
    }
}
