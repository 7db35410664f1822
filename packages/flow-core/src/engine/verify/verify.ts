/**
 * Looks at every record of a store, at what they say of each other, and at the files that they name. Runs may go on meanwhile: only
 * what had ended before counts as whole. The idea is that of `git fsck` and `restic check`.
 */
import type { Cas } from '../../store/cas';
import { type Contents, RECORD_KINDS, requireWhole, Tally } from '../../store/contents';
import { fromJson } from '../../store/json';
import { type Kv, scan } from '../../store/kv';
import { keys, nameOfKey, prefixRange } from '../../store/row-keys';
import type { ArtifactRecord, RunRow, TaskRow } from '../../store/rows';
import { NamedFiles } from './named-files';
import type { Looked, Report, RunName } from './problem';
import { readRecord, type StoreRecord } from './read-record';
import { References } from './references';

export interface VerifyOptions {
  /** Read the bytes of every file, too. */
  readData: boolean;
  report: Report;
}

/** What was met of a run. */
interface Met {
  tally: Tally;
  records: number;
  hasRow: boolean;
  inNamespace: boolean;
}

export async function verifyStore(
  { kv, cas }: { kv: Kv; cas: Cas },
  { readData, report }: VerifyOptions,
): Promise<Looked> {
  const ended = await endedRuns(kv);
  const met = new Map<RunName, Met>();
  const newest = new Map<string, number>();
  const files = new NamedFiles(cas);
  const references = new References(kv, report);
  let records = 0;
  for await (const [key, value] of inspected(kv)) {
    records++;
    const record = readRecord(key, value);
    if ('message' in record) {
      report(record);
      continue;
    }
    if (record.run !== undefined) note(metAt(met, record.run), record, value as Uint8Array);
    if (record.kind === 'counter')
      newest.set(record.flow, Number(Buffer.from(value as Uint8Array).toString()));
    if (record.kind === 'artifact') files.add(nameOfKey(key), record.row as ArtifactRecord);
    if (record.kind === 'task' && record.run !== undefined)
      await references.of(record.flow, Number(record.run.split('/')[1]), record.row as TaskRow);
  }
  await references.close();
  for (const [run, one] of met) await verifyRun(kv, run, one, ended.get(run), newest, report);
  const found = await files.verify(readData, report);
  return { runs: [...met.values()].filter(({ hasRow }) => hasRow).length, records, ...found };
}

/** Those that had ended before all is read, which takes a while: their records do not change any more. */
async function endedRuns(kv: Kv): Promise<Map<RunName, Contents | undefined>> {
  const ended = new Map<RunName, Contents | undefined>();
  const { gte, lt } = prefixRange(keys.allRuns());
  for await (const [key, value] of inspected(kv, gte, lt)) {
    const record = readRecord(key, value);
    if ('message' in record || record.run === undefined) continue;
    const { status, contents } = record.row as RunRow;
    if (status !== 'running') ended.set(record.run, contents);
  }
  return ended;
}

/** Every record in the order of keys; a damaged value is undefined. */
async function* inspected(kv: Kv, gte = '', lt = '\x7f'): AsyncGenerator<[string, Uint8Array | undefined]> {
  const range = (query: Parameters<Kv['inspect']>[0]) => kv.inspect(query) as ReturnType<Kv['range']>;
  yield* scan({ range }, { gte, lt }, PAGE);
}
/** Values may have megabytes. */
const PAGE = 64;

function metAt(met: Map<RunName, Met>, run: RunName): Met {
  const one = met.get(run) ?? { tally: new Tally(), records: 0, hasRow: false, inNamespace: false };
  met.set(run, one);
  return one;
}

function note(met: Met, { kind, key, row }: StoreRecord, value: Uint8Array): void {
  met.records++;
  if (kind === 'run') met.hasRow = true;
  if (kind === 'namespace') met.inNamespace = true;
  if (kind !== 'task' || (row as TaskRow).status !== 'running') met.tally.add(key, value);
}

async function verifyRun(
  kv: Kv,
  run: RunName,
  { tally, records, hasRow, inNamespace }: Met,
  contents: Contents | undefined,
  newest: Map<string, number>,
  report: Report,
): Promise<void> {
  const [flow = '', number = ''] = run.split('/');
  const problem = (message: string) => report({ where: run, message });
  // One that began meanwhile.
  const row = hasRow || fromJson(await kv.get(keys.run(flow, Number(number))));
  if (!row) {
    problem(`Its row is lost, and ${records.toLocaleString('en')} other records of it are there.`);
    return;
  }
  if (hasRow && !inNamespace)
    problem('It is in the index of no namespace, so that it is never the newest run.');
  if (hasRow && (newest.get(flow) ?? 0) < Number(number))
    problem(
      `The newest number that the store knows of ${flow} is ${newest.get(flow) ?? 'lost'}: numbers would be given out again.`,
    );
  if (!contents) return;
  for (const kind of RECORD_KINDS)
    try {
      requireWhole(run, kind, contents, tally);
    } catch (error) {
      problem((error as Error).message);
    }
}
