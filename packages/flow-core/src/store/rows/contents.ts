/**
 * How many records each step of an ended run has, and a sum over them. A database that has lost records gives the others as if
 * nothing had been: only a count that stands somewhere else can tell.
 */
import { FlowError } from '../../definition/errors';
import { crc32 } from '../../environment/crc32';
import type { Op } from '../kv/kv';

/** Of the rows of one kind: how many, and the sum of their checksums. Both are the same in whatever order they are counted. */
export type Count = [rows: number, sum: number];

export const RECORD_KINDS = ['task', 'artifact', 'log', 'card', 'part'] as const;
export type RecordKind = (typeof RECORD_KINDS)[number];

/** By step; `params` has the parameters. A kind without rows is absent. Rows of tasks under way do not count. */
export type Contents = Record<string, Partial<Record<RecordKind, Count>>>;

/** Counts records, as they are written or as they are read. */
export class Tally {
  /** Without a prototype: a step in a file of somebody else's may be called `__proto__`. */
  readonly contents: Contents = Object.create(null);

  /** @param key of a record of a run; others are not counted */
  add(key: string, value: Uint8Array | string): void {
    // `task/movies/0000000012/train/…`: where the run stands does not count, since an imported run has another number.
    // Each row of a run is counted: to split its key would cost more than its checksum.
    const flow = key.indexOf('/');
    const kind = key.slice(0, flow);
    if (!isRecordKind(kind)) return;
    const within = key.indexOf('/', key.indexOf('/', flow + 1) + 1);
    const step = key.slice(within + 1, key.indexOf('/', within + 1));
    this.contents[step] ??= {};
    this.contents[step][kind] ??= [0, 0];
    const count = this.contents[step][kind];
    count[0]++;
    count[1] = (count[1] + crc32(value, crc32(key.slice(within)))) >>> 0;
  }

  addAll(ops: readonly Op[]): void {
    for (const { key, value } of ops) if (value !== undefined) this.add(key, value);
  }
}

export const isRecordKind = (text: string): text is RecordKind =>
  (RECORD_KINDS as readonly string[]).includes(text);

const RECORDS: Record<RecordKind, string> = {
  task: 'tasks',
  artifact: 'artifacts',
  log: 'pieces of output',
  card: 'cards',
  part: 'parts of shared cards',
};

/** Whether what was read of a run is what it recorded at its end. @param step only this one was read */
export function isWhole(kind: RecordKind, recorded: Contents, tally: Tally, step?: string): boolean {
  return differing(kind, recorded, tally, step) === undefined;
}

/**
 * @param run `movies/12`
 * @throws FlowError FLOW_STORE_CORRUPT where {@link isWhole} is not so
 */
export function requireWhole(
  run: string,
  kind: RecordKind,
  recorded: Contents,
  tally: Tally,
  step?: string,
): void {
  const name = differing(kind, recorded, tally, step);
  if (name === undefined) return;
  const [rows] = recorded[name]?.[kind] ?? NONE;
  const [found] = tally.contents[name]?.[kind] ?? NONE;
  const what =
    rows === found
      ? `has other ${RECORDS[kind]} of ${run}/${name} than the run recorded`
      : `has ${found} of the ${rows} ${RECORDS[kind]} of ${run}/${name}`;
  throw new FlowError(
    'FLOW_STORE_CORRUPT',
    `The store is damaged: it ${what}. Salvage what is whole by nx-flow verify --repair, restore it from a copy, import the run from an export, or execute it again.`,
    { exit: 1 },
  );
}

const NONE: Count = [0, 0];

/** The first step whose records differ. */
function differing(
  kind: RecordKind,
  recorded: Contents,
  { contents }: Tally,
  step: string | undefined,
): string | undefined {
  const steps = step === undefined ? [...Object.keys(recorded), ...Object.keys(contents)] : [step];
  return steps.find((name) => {
    const [rows, sum] = recorded[name]?.[kind] ?? NONE;
    const [found, foundSum] = contents[name]?.[kind] ?? NONE;
    return rows !== found || sum !== foundSum;
  });
}
