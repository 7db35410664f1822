/** One record of the database: which run it belongs to, and whether it is what its key says. */

import type { ImportMark } from '../../store/imports';
import { nameOfKey } from '../../store/kv/row-keys';
import { cardPlace } from '../../store/rows/cards';
import { fromJson } from '../../store/rows/json';
import type { LostRow } from '../../store/rows/missing-rows';
import { unpackArtifact } from '../../store/rows/records';
import type { ReuseRow } from '../../store/rows/reuse-row';
import { isCardRow, isPartRow } from '../../store/rows/row-shapes';
import type { ArtifactRecord, RunRow, TaskRow } from '../../store/rows/rows';
import type { RunName, StoreProblem } from './problem';

const RUN = String.raw`(?<flow>[^/]+)/(?<run>\d{10})`;
const TASK = String.raw`${RUN}/(?<step>[^/]+)/(?<task>\d{10})`;

/** The keys of each kind of record. */
const KEYS = {
  run: new RegExp(`^run/${RUN}$`),
  namespace: /^namespace\/(?<flow>[^/]+)\/[^/]+\/(?<run>\d{10})$/,
  tag: new RegExp(`^tag/${RUN}/[^/]+$`),
  task: new RegExp(`^task/${TASK}$`),
  artifact: new RegExp(`^artifact/${TASK}/(?<name>[^/]+)$`),
  log: new RegExp(`^log/${TASK}/\\d{10}/\\d{10}$`),
  card: new RegExp(`^card/${TASK}/\\d{10}/[\\w-]{1,50}$`),
  part: new RegExp(`^part/${TASK}/\\d{10}/[\\w-]{1,50}$`),
  code: new RegExp(`^code/${RUN}$`),
  taken: new RegExp(`^taken/${RUN}$`),
  counter: /^counter\/(?<flow>[^/]+)$/,
  nonce: /^nonce\/(?<flow>[^/]+)\/[^/]+$/,
  reuse: /^reuse\/(?<flow>[^/]+)\/[^/]+\/[^/]+\/[0-9a-f]{64}\/(?<run>\d{10})$/,
  removed: new RegExp(`^removed/${RUN}$`),
  importing: new RegExp(`^importing/${RUN}$`),
  twin: /^twin\/(?:code|namespace|run|tag)\/(?<flow>[^/]+)\/.*\d{10}/,
  lost: /^lost\/(?:artifact|card|code|log|part|run|tag|task)\/(?<flow>[^/]+)\//,
};
export type Kind = keyof typeof KEYS;

export interface StoreRecord {
  kind: Kind;
  key: string;
  flow: string;
  /** `movies/12`; absent for a counter. */
  run?: RunName;
  /** What it holds. Absent for kinds that nothing refers to. */
  row?: RunRow | TaskRow | ArtifactRecord;
}

/** The kind of record that has such a key. Undefined where nx-flow writes none. */
export function kindOf(key: string): Kind | undefined {
  const kind = key.slice(0, key.indexOf('/')) as Kind;
  return KEYS[kind]?.test(key) ? kind : undefined;
}

/** @returns the record, or what is wrong with it */
export function readRecord(key: string, value: Uint8Array | undefined): StoreRecord | StoreProblem {
  const where = nameOfKey(key);
  if (value === undefined)
    return {
      where,
      message:
        'Its bytes are not those that were written: restore the store from a copy, or execute again what it belongs to.',
    };
  const kind = key.slice(0, key.indexOf('/')) as Kind;
  const found = KEYS[kind]?.exec(key)?.groups;
  if (!found)
    return {
      where,
      message: 'This nx-flow writes no such record, and reads none: a newer one may have written it.',
    };
  const { flow = '', run } = found;
  const record: StoreRecord = {
    ...{ kind, key, flow },
    ...(run === undefined ? {} : { run: `${flow}/${Number(run)}` }),
  };
  try {
    const row = contentOf(kind, key, value, found);
    return row === undefined ? record : { ...record, row };
  } catch {
    return { where, message: 'It is no record of its kind: execute again what it belongs to.' };
  }
}

/** @throws where the value is none of its kind */
function contentOf(
  kind: Kind,
  key: string,
  value: Uint8Array,
  { flow, run, step, task }: Record<string, string | undefined>,
): StoreRecord['row'] {
  const must = (holds: boolean) => {
    if (!holds) throw new TypeError();
  };
  const text = () => new TextDecoder().decode(value);
  switch (kind) {
    case 'run': {
      const row = fromJson<RunRow>(value) as RunRow;
      must(row.flow === flow && row.run === Number(run) && typeof row.status === 'string');
      return row;
    }
    case 'task': {
      const row = fromJson<TaskRow>(value) as TaskRow;
      must(row.step === step && row.task === Number(task) && Array.isArray(row.parents));
      must(Array.isArray(row.stored) && typeof row.inherited === 'object');
      return row;
    }
    case 'artifact': {
      const row = unpackArtifact(value);
      must(typeof row.codec === 'string' && Number.isSafeInteger(row.size));
      return row;
    }
    case 'counter':
    case 'nonce':
      must(/^\d+$/.test(text()));
      return undefined;
    case 'tag':
      must(['+', '-'].includes(text()));
      return undefined;
    case 'lost':
      must(Number.isFinite(fromJson<LostRow>(value)?.at));
      return undefined;
    case 'importing':
      must(typeof fromJson<ImportMark>(value)?.nonce === 'string');
      return undefined;
    case 'reuse':
      must(Number.isFinite(fromJson<ReuseRow>(value)?.until));
      return undefined;
    case 'card':
      must(isCardRow({ ...cardPlace(key), ...fromJson<object>(value) }));
      return undefined;
    case 'part':
      must(isPartRow({ ...cardPlace(key), ...fromJson<object>(value) }));
      return undefined;
    case 'removed':
    case 'log':
    case 'code':
      must(typeof fromJson(value) === 'object');
  }
  return undefined;
}
