/** Damage to the files of a store: bits flip, pieces are zero, ends and files are gone. */
import { chmodSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Draw } from './draw';

/** Which files, from the store's folder. */
export const PLACES = {
  tables: /^db\/\d+\.ldb$/,
  'the log': /^db\/\d+\.log$/,
  'the manifest': /^db\/MANIFEST-\d+$/,
  CURRENT: /^db\/CURRENT$/,
  'the stamp': /^db\/nx-flow\.json$/,
  'LOG and LOCK': /^db\/(LOG|LOCK|LOG\.old)$/,
  numbers: /^numbers\.json$/,
  'the generation': /^generation$/,
  'what the broker left': /^(broker\.(left|pid)|logs\.json)$/,
  'files of artifacts': /^cas\/..\/[0-9a-f]{64}$/,
  'records of spins': /^spin\/db\/(\d+\.(ldb|log)|CURRENT|MANIFEST-\d+)$/,
  'persisted spins': /^spin\/.*(ldb|log|json|CURRENT|[0-9a-f]{64}|MANIFEST-\d+)$/,
} as const;
export type Place = keyof typeof PLACES;

const WAYS: Record<string, (bytes: Buffer, draw: Draw) => Buffer | undefined> = {
  'a bit is another': (bytes, draw) => {
    const at = draw.int(0, bytes.length - 1);
    bytes[at] = (bytes[at] as number) ^ (1 << draw.int(0, 7));
    return bytes;
  },
  'some bytes are others': (bytes, draw) => {
    const at = draw.int(0, bytes.length - 1);
    for (let i = at; i < Math.min(at + 16, bytes.length); i++) bytes[i] = draw.int(0, 255);
    return bytes;
  },
  'its end is gone': (bytes, draw) => bytes.subarray(0, draw.int(0, bytes.length - 1)),
  'it is empty': () => Buffer.alloc(0),
  'a piece is zero': (bytes, draw) => {
    const at = draw.int(0, bytes.length - 1);
    return bytes.fill(0, at, Math.min(at + draw.int(1, 4096), bytes.length));
  },
  'all of it is zero': (bytes) => bytes.fill(0),
  'something follows it': (bytes, draw) =>
    Buffer.concat([bytes, Buffer.from(Array.from({ length: 40 }, () => draw.int(0, 255)))]),
  'it is gone': () => undefined,
};
/** A single bit is what happens most. */
const DRAWN = [...Object.keys(WAYS), 'a bit is another', 'a bit is another'];

export interface Damage {
  file: string;
  way: string;
}

/** Damages one file of a place. Returns undefined where there is none. */
export function damage(store: string, place: Place, draw: Draw): Damage | undefined {
  const files = (readdirSync(store, { recursive: true }) as string[])
    .filter((name) => PLACES[place].test(name) && statSync(join(store, name)).isFile())
    .sort();
  if (files.length === 0) return undefined;
  const file = draw.of(files);
  const bytes = readFileSync(join(store, file));
  // In an empty file nothing can be another.
  const way = bytes.length === 0 ? 'something follows it' : draw.of(DRAWN);
  const after = WAYS[way]?.(bytes, draw);
  if (after === undefined) rmSync(join(store, file));
  else {
    // It may be read-only.
    chmodSync(join(store, file), 0o600);
    writeFileSync(join(store, file), after);
  }
  return { file, way };
}
