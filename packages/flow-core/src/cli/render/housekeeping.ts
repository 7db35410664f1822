/** What was removed, or would be, in lines. */
import type { Swept } from '../../engine/housekeeping/blobs';
import type { Removed } from '../../engine/housekeeping/remove';
import type { RemovedJson } from '../json/housekeeping';
import type { Output } from './output';
import { plural, size } from './table';

/** How many names a line has. */
const NAMED = 5;

export function named(names: readonly string[]): string {
  const more = names.length - NAMED;
  return `${names.slice(0, NAMED).join(', ')}${more > 0 ? ` and ${more.toLocaleString('en')} more` : ''}`;
}

/** What of removed runs stays, and why. */
export function renderLeft({ read, needed }: Pick<Removed, 'read' | 'needed'>, output: Output): void {
  const { colors } = output;
  for (const run of read)
    output.write(
      `${colors.yellow('!')} ${run}: a command may be reading it. Its records go with the next nx-flow gc.\n`,
    );
  for (const { run, tasks, by } of needed)
    output.write(
      `  ${run}: ${named(by)} ${by.length === 1 ? 'refers' : 'refer'} to ${plural(tasks, 'task')} of it, which ${tasks === 1 ? 'stays' : 'stay'}.\n`,
    );
}

export function renderBlobs({ files, bytes, young }: Swept, dryRun: boolean, output: Output): void {
  const go = dryRun ? 'would go' : 'went';
  if (files > 0) output.write(`  ${plural(files, 'file')} of large values ${go}: ${size(bytes)}\n`);
  if (young.files > 0)
    output.write(
      output.colors.dim(
        `  ${plural(young.files, 'file')} of ${size(young.bytes)} ${young.files === 1 ? 'is' : 'are'} new, and ${young.files === 1 ? 'stays' : 'stay'} for an hour.\n`,
      ),
    );
}

export function removedJson({ runs, read, needed, blobs }: Removed, dryRun: boolean): RemovedJson {
  const { files, bytes, young } = blobs;
  return { removed: runs, read, needed, files, fileBytes: bytes, young, dryRun };
}
