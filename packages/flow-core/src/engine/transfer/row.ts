/** The rows of a run's file: whether nx-flow writes such ones, and what they are in a store. */
import type { Op } from '../../store/kv/kv';
import { record, unpackArtifact } from '../../store/rows/records';
import {
  isArtifactMeta,
  isArtifactPlace,
  isCardRow,
  isCodeRow,
  isLogRow,
  isPartRow,
  isTaskPlace,
  isTaskRow,
} from '../../store/rows/row-shapes';
import type { ArtifactMeta } from '../../store/rows/rows';
import { artifactOf, type CardAt, Kind, type LogAt, type PartAt } from './format';
import type { Row } from './read';

/** What is told of a row that nx-flow did not write: its checksum may be right all the same. */
export const NO_ROW = 'it holds a record that is none of a run';

/** A value that an artifact needs. */
type Needed = Required<Pick<ArtifactMeta, 'hash' | 'size'>>;

/** Checks a row, whose fields become parts of keys, and returns the value that it needs. @throws for an invalid row */
export function checkRow({ kind, payload }: Row): Needed | undefined {
  if (kind === Kind.Artifact) {
    const { at, packed } = artifactOf(payload);
    const { bytes, ...meta } = unpackArtifact(packed);
    must(isArtifactPlace(at) && isArtifactMeta(meta));
    const { hash, size } = meta;
    if (hash !== undefined) return { hash, size };
    must(bytes?.length === size);
    return undefined;
  }
  const row: unknown = JSON.parse(payload.toString('utf8'));
  const isRow = {
    [Kind.Task]: isWholeTask,
    [Kind.Log]: isLogRow,
    [Kind.Card]: isCardRow,
    [Kind.Part]: isPartRow,
    [Kind.Code]: isCodeRow,
  }[kind];
  must(isRow(row));
  return undefined;
}

/** It has ended, and its labels name tasks of its own run. */
function isWholeTask(row: unknown): boolean {
  if (!isTaskRow(row) || !isTaskPlace(row) || row.status === 'running') return false;
  const base = row.base === undefined ? [] : [row.base];
  return [...row.parents, ...base, ...Object.values(row.inherited)].every(
    (label) => label.split('/').length === 2,
  );
}

function must(holds: boolean): void {
  if (!holds) throw new TypeError();
}

/** As the records of a run of this store. */
export function opsOf(flow: string, run: number, { kind, payload }: Row): Op[] {
  if (kind === Kind.Artifact) {
    const { at, packed } = artifactOf(payload);
    return [record.artifact({ flow, run, ...at }, unpackArtifact(packed))];
  }
  const json = JSON.parse(payload.toString('utf8'));
  if (kind === Kind.Task) return [record.task(flow, run, json)];
  if (kind === Kind.Code) return record.code(flow, run, json);
  if (kind === Kind.Card) {
    const { step, task, attempt, id, title, html } = json as CardAt;
    const row = { ...(title === undefined ? {} : { title }), html };
    return [record.card(flow, run, { step, task, attempt, id }, row)];
  }
  if (kind === Kind.Part) {
    const { step, task, attempt, id, part } = json as PartAt;
    return [record.part(flow, run, { step, task, attempt, id }, { part })];
  }
  const { step, task, attempt: n, seq, ...log } = json as LogAt;
  return [record.log(flow, run, { step, task, attempt: n, seq }, log)];
}
