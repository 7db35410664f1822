/** A value as a file beside a test: JSON where that loses nothing, else what its codec made of it after a line that names the codec. */

import { MemoryCas } from '../../store/cas/memory-cas';
import type { ArtifactRecord } from '../../store/rows/rows';
import { type Codecs, decodeArtifact, unkeptArtifact } from '../../store/values/artifacts';

export interface Fixture {
  /** `.json` or `.artifact`. */
  ending: string;
  bytes: Uint8Array;
}

type Head = Pick<ArtifactRecord, 'codec' | 'version' | 'type' | 'size' | 'digest'>;

/** @param digest that of the value */
export async function fixtureOf(value: unknown, digest: string, codecs: Codecs): Promise<Fixture> {
  const json = await jsonOf(value, digest, codecs);
  if (json !== undefined) return { ending: '.json', bytes: Buffer.from(`${json}\n`) };
  const { bytes, codec, version, type, size } = await unkeptArtifact('fixture', value, codecs);
  const head: Head = { codec, version, type, size, digest };
  return {
    ending: '.artifact',
    bytes: Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), bytes ?? Buffer.alloc(0)]),
  };
}

/** @throws FlowError FLOW_CODEC_UNKNOWN, FLOW_ARTIFACT_UNREADABLE, and SyntaxError for what is no JSON */
export function readFixtureBytes(bytes: Buffer, isJson: boolean, codecs: Codecs): unknown {
  if (isJson) return JSON.parse(bytes.toString('utf8'));
  const end = bytes.indexOf(10);
  const head = JSON.parse(bytes.subarray(0, end).toString('utf8')) as Head;
  return decodeArtifact({ ...head, bytes: new Uint8Array(bytes.subarray(end + 1)) }, new MemoryCas(), codecs);
}

/** Undefined where the text would give another value. */
async function jsonOf(value: unknown, digest: string, codecs: Codecs): Promise<string | undefined> {
  try {
    const text = JSON.stringify(value);
    if (text === undefined) return undefined;
    const again = await unkeptArtifact('fixture', JSON.parse(text), codecs);
    return again.digest === digest ? JSON.stringify(value, null, 1) : undefined;
  } catch {
    // A cycle, a bigint, or a toJSON that throws.
    return undefined;
  }
}
