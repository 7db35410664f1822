/** Finds the damaged blocks of a table. LevelDB looks at no checksum when it reads, and passes over a block that it cannot unpack. */
import { footerOf, type Handle, handlesIn, isWhole, readBlock, withFile } from './table';

/**
 * Also of those that hold no records: with a damaged filter, records are not found that are there.
 * @returns where they are; `undefined` where the table has no end that names its blocks
 * @throws what the file system does
 */
export function damagedBlocks(path: string): Handle[] | undefined {
  return withFile(path, (fd, size) => {
    const ends = footerOf(fd, size);
    if (ends.length < 2) return undefined;
    const damaged: Handle[] = [];
    const look = (handle: Handle) => {
      const block = readBlock(fd, size, handle);
      if (!block?.whole) damaged.push(handle);
      return block?.whole ? handlesIn(block.bytes) : [];
    };
    // Each names others: filters, and blocks of records.
    for (const handle of ends.flatMap(look)) if (!isWhole(fd, size, handle)) damaged.push(handle);
    return damaged;
  });
}
