/** Between which keys records may be lost of which nothing else tells: what tables had in their damaged blocks. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { keyOf, type Manifest, readManifest } from './manifest';
import { isAnother } from './named-table';
import { indexOf, isWhole, namedIn, withFile } from './table';

/** The keys behind the first, up to the last. */
export interface DamagedRange {
  after: string;
  last: string;
}

const EVERYTHING: DamagedRange = { after: '', last: '\x7f' };

/** @param folder the database's */
export function damagedRanges(folder: string): DamagedRange[] {
  const manifest = readManifest(folder);
  const names = readdirSync(folder).filter((name) => /^\d+\.(ldb|sst)$/.test(name));
  const there = new Set(names.map(numberOf));
  const gone = [...(manifest?.tables.keys() ?? [])].filter((number) => !there.has(number));
  const isNeeded = (name: string) => !manifest || manifest.isDamaged || manifest.tables.has(numberOf(name));
  return [
    ...gone.map((number) => allOf(manifest, number)),
    ...names
      .filter(isNeeded)
      .flatMap((name) => rangesOf(join(folder, name), name, manifest) ?? allOf(manifest, numberOf(name))),
  ];
}

function rangesOf(path: string, name: string, manifest: Manifest | undefined): DamagedRange[] | undefined {
  const ranges = rangesIn(path);
  return ranges?.length === 0 && isAnother(path, name, manifest) ? undefined : ranges;
}

/** Undefined where the table does not say what it has. */
function rangesIn(path: string): DamagedRange[] | undefined {
  try {
    return withFile(path, (fd, size) => {
      const index = indexOf(fd, size);
      if (!index?.whole) return undefined;
      let after = '';
      return namedIn(index.bytes).flatMap(({ last: internal, handle }) => {
        const range = { after, last: keyOf(internal) };
        after = range.last;
        return isWhole(fd, size, handle) ? [] : [range];
      });
    });
  } catch {
    return undefined;
  }
}

function allOf(manifest: Manifest | undefined, number: number): DamagedRange {
  const named = manifest?.tables.get(number);
  // The first is one of its records.
  return named ? { after: named.first.slice(0, -1), last: named.last } : EVERYTHING;
}

const numberOf = (name: string) => Number.parseInt(name, 10);
