/** Of which classes the instances in an artifact are, that text cannot give. */
import { types } from 'node:util';
import { isBuiltInId } from '../../definition/codec';
import type { ArtifactRecord } from '../../store/rows/rows';
import { type Artifacts, isBuiltIn } from '../../store/values/artifacts';
import { codecFor, mayHaveCodec } from '../../store/values/instance';
import { isLater } from '../../store/values/later';
import { typeOf } from '../../store/values/type-of';

/** A sentence about an artifact that held instances and is given as text. Undefined where it held none. */
export function heldInstances(
  name: string,
  record: ArtifactRecord,
  artifacts: Artifacts,
): string | undefined {
  if (isBuiltIn(record)) return undefined;
  const classes = isBuiltInId(record.codec) ? classesIn(record, artifacts) : [record.type];
  const named = classes.length === 0 ? '' : ` (${classes.join(', ')})`;
  return `"${name}" held instances${named}, which text cannot give: a file can, by --artifacts=given.ts.`;
}

/** Empty where it cannot be read. */
function classesIn(record: ArtifactRecord, { decode, codecs }: Artifacts): string[] {
  const codecOf = codecFor(codecs);
  const seen = new Set<unknown>();
  const classes = new Set<string>();
  const look = (value: unknown): void => {
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || seen.has(value)) return;
    seen.add(value);
    if (isLater(value) || (mayHaveCodec(value) && codecOf(value))) classes.add(typeOf(value));
    else if (types.isMap(value)) for (const entry of value) entry.forEach(look);
    else if (types.isSet(value)) value.forEach(look);
    else Object.values(value).forEach(look);
  };
  try {
    look(decode(record));
  } catch {
    return [];
  }
  return [...classes];
}
