/** What was removed, or would be, in lines. */
import { thousands } from '../../definition/thousands';
import type { Swept } from '../../engine/housekeeping/blobs';
import type { Removed } from '../../engine/housekeeping/remove';
import type { RemovedJson } from '../json/housekeeping';
import { LiveRegion } from './live-region';
import type { Output } from './output';
import { plural, size } from './table';

/** How many names a line has. */
const NAMED = 5;

export function named(names: readonly string[]): string {
  const more = names.length - NAMED;
  return `${names.slice(0, NAMED).join(', ')}${more > 0 ? ` and ${thousands(more)} more` : ''}`;
}

/** A removal that is over sooner shows no progress. Milliseconds. */
const QUICK_MS = 1000;

/** Shows on a terminal how many removed runs were cleared, where it takes a while. */
export function removalProgress(output: Output): { tell(done: number, of: number): void; close(): void } {
  const begun = performance.now();
  let at = [0, 0] as [done: number, of: number];
  let region: LiveRegion | undefined;
  return {
    tell(done, of) {
      at = [done, of];
      if (output.live && performance.now() - begun > QUICK_MS)
        region ??= new LiveRegion(output, () => [
          `clearing removed runs  ${thousands(at[0])} of ${thousands(at[1])}`,
        ]);
      region?.changed();
    },
    close: () => region?.close(),
  };
}

/** What of removed runs stays, and why. */
export function renderLeft(
  { read, unsure, needed }: Pick<Removed, 'read' | 'unsure' | 'needed'>,
  output: Output,
): void {
  const { colors } = output;
  for (const run of read)
    output.write(
      unsure.includes(run)
        ? `${colors.yellow('!')} ${run} is removed; its room comes back with an nx-flow gc in half a minute. ${COMES_BACK}\n`
        : `${colors.yellow('!')} ${run} is removed, and a command may be reading it: its room comes back with the next nx-flow gc.\n`,
    );
  for (const { run, tasks, by } of needed)
    output.write(
      `  ${run}: ${named(by)} ${by.length === 1 ? 'refers' : 'refer'} to ${plural(tasks, 'task')} of it, which ${tasks === 1 ? 'stays' : 'stay'}.\n`,
    );
}

/** Why nothing that somebody may have read goes. */
const COMES_BACK =
  "The store's process was killed, or ended by a full disk, and whoever used the store may come back to the new one.";

export function renderBlobs({ files, bytes, young }: Swept, dryRun: boolean, output: Output): void {
  const go = dryRun ? 'would go' : 'went';
  if (files > 0) output.write(`  ${plural(files, 'file')} of large values ${go}: ${size(bytes)}\n`);
  if (young.unsure)
    output.write(
      `${output.colors.yellow('!')} ${plural(young.files, 'file')} of ${size(young.bytes)} ${young.files === 1 ? 'stays' : 'stay'} until an nx-flow gc in half a minute. ${COMES_BACK}\n`,
    );
  else if (young.files > 0)
    output.write(
      output.colors.dim(
        `  ${plural(young.files, 'file')} of ${size(young.bytes)} ${young.files === 1 ? 'is' : 'are'} new, and ${young.files === 1 ? 'stays' : 'stay'} for an hour.\n`,
      ),
    );
}

export function removedJson({ runs, read, needed, blobs }: Removed, dryRun: boolean): RemovedJson {
  const { files, bytes, young } = blobs;
  return {
    ...{ removed: runs, read, needed, files, fileBytes: bytes },
    young: { files: young.files, bytes: young.bytes },
    dryRun,
  };
}
