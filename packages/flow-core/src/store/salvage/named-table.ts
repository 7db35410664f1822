/**
 * Whether a table is the one that its database names so. Another one, such as that of a copy, may be whole: LevelDB then finds nothing
 * outside of the keys that it expects there, or takes older values for the newest.
 */
import { blockEntries } from './block';
import type { Manifest, NamedTable } from './manifest';
import { handlesIn, indexOf, readBlock, withFile } from './table';
import { damagedBlocks } from './table-check';

/** @param path of a whole table @throws what the file system does */
export function isNamed(path: string, { size: named, ends: [first, last] }: NamedTable): boolean {
  return withFile(path, (fd, size) => {
    if (size !== named) return false;
    const index = indexOf(fd, size);
    const handles = index ? handlesIn(index.bytes) : [];
    const keysIn = (which: number) => {
      const handle = handles.at(which);
      const block = handle && readBlock(fd, size, handle);
      return block ? [...blockEntries(block.bytes)].map(([key]) => key.toString('latin1')) : [];
    };
    return keysIn(0).at(0) === first && keysIn(-1).at(-1) === last;
  });
}

/** Whether the manifest names another table so. @param path of a whole table @param name `000012.ldb` */
export function isAnother(path: string, name: string, manifest: Manifest | undefined): boolean {
  const named = manifest?.isDamaged ? undefined : manifest?.tables.get(Number.parseInt(name, 10));
  return named !== undefined && !isNamed(path, named);
}

/** Whether a table is none of the database: its records may be older than those that are there, whatever their sequences say. */
export function isStrange(path: string, name: string, manifest: Manifest | undefined): boolean {
  if (!isAnother(path, name, manifest) || damagedBlocks(path)?.length !== 0) return false;
  return ![...(manifest?.tables.values() ?? [])].some((one) => isNamed(path, one));
}
