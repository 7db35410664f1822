/** The code of a run, for the record: the fingerprint of each of its steps, and how it is read back. */
import { messageOf } from '../../definition/thrown';
import type { FingerprintOptions, Fingerprints, Part, StepFingerprint } from '../../source/fingerprint';
import { record } from '../../store/rows/records';
import type { CodePart, CodeRow } from '../../store/rows/rows';
import type { Store } from '../../store/store';

/**
 * Fingerprints the flow's sources and records that. Never fails a run: where the sources cannot be read, that is recorded.
 * @returns the fingerprints, unless they cannot be read
 */
export async function recordCode(
  store: Store,
  { run, ...options }: FingerprintOptions & { run: number },
  fingerprint = fingerprintHere,
): Promise<Fingerprints | undefined> {
  let row: CodeRow;
  let found: Fingerprints | undefined;
  try {
    found = await fingerprint(options);
    row = packCode(found);
  } catch (error) {
    const why = messageOf(error);
    row = { format: 0, parts: [], steps: {}, digests: {}, other: [], otherDigest: '', error: why };
  }
  try {
    await store.commit(record.code(options.flow, run, row));
  } catch {
    // A store that fails says so to the run itself.
  }
  return found;
}

export async function fingerprintHere(options: FingerprintOptions): Promise<Fingerprints> {
  // The parser is loaded here, and not before: a run begins without it.
  const { fingerprintFlow } = await import('../../source/fingerprint');
  return fingerprintFlow(options);
}

export function packCode({ format, steps, other }: Fingerprints): CodeRow {
  const parts: CodePart[] = [];
  const numbers = new Map<string, number>();
  const pack = (fingerprint: StepFingerprint) =>
    fingerprint.parts.map(({ kind, name, value, at }) => {
      const part: CodePart = at === undefined ? [kind, name, value] : [kind, name, value, at];
      const key = part.join('\0');
      let number = numbers.get(key);
      if (number === undefined) {
        number = parts.push(part) - 1;
        numbers.set(key, number);
      }
      return number;
    });
  const packed = Object.entries(steps).map(([name, step]) => [name, pack(step)] as const);
  return {
    format,
    parts,
    steps: Object.fromEntries(packed),
    digests: Object.fromEntries(Object.entries(steps).map(([name, { digest }]) => [name, digest])),
    other: pack(other),
    otherDigest: other.digest,
  };
}

/**
 * The digest of a step's code in a recorded run: equal digests of equal formats mean that nothing in the code can make
 * a difference, but for what it loads by computed names (its parts of kind `open`). Undefined where the code could not
 * be read.
 */
export function codeDigest(row: CodeRow, step: string): string | undefined {
  if (row.error !== undefined) return undefined;
  return Object.hasOwn(row.digests, step) ? row.digests[step] : row.otherDigest;
}

/** The parts of a step's code in a recorded run. */
export function partsOf(row: CodeRow, step: string): Part[] {
  const numbers = Object.hasOwn(row.steps, step) ? (row.steps[step] as number[]) : row.other;
  return numbers.map((number) => {
    const [kind, name, value, at] = row.parts[number] as CodePart;
    return { kind: kind as Part['kind'], name, value, ...(at === undefined ? {} : { at }) };
  });
}
