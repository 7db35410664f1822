/** What gc did: each run with the reason that keeps it, then what went beside them. */
import { thousands } from '../../definition/thousands';
import type { ClockOff } from '../../engine/housekeeping/clock';
import { type Collected, isUndone } from '../../engine/housekeeping/collect';
import type { FileKind } from '../../engine/housekeeping/files';
import { type Policy, removes } from '../../engine/housekeeping/policy';
import { named, renderBlobs, renderLeft } from './housekeeping';
import type { Output } from './output';
import { ago, plural, size, table } from './table';

export interface Shown {
  policy: Policy;
  dryRun: boolean;
  bytes: number;
  off: ClockOff | undefined;
}

/** What went beside the records: of one, of several. */
const WORDS: Record<FileKind, [one: string, many: string]> = {
  spins: ['output of a spin', 'outputs of spins'],
  handovers: ['hand-over of a step', 'hand-overs of steps'],
  packages: ['set of packages', 'sets of packages'],
  cards: ['card that was written', 'cards that were written'],
  compiled: ['file of compiled code', 'files of compiled code'],
  temporary: ['temporary file', 'temporary files'],
};

export function renderCollected(
  collected: Collected,
  { policy, dryRun, bytes, off }: Shown,
  output: Output,
): void {
  const { colors } = output;
  const { judged, runs, spins, beside, blobs } = collected;
  if (off && policy.keep !== undefined) output.write(`${colors.yellow('!')} ${lineOf(off)}\n`);
  if (judged.length > 0) output.write(tableOf(collected, output));
  if (!removes(policy))
    output.write(
      `${colors.dim(policy.keepTags ? 'No run goes: what is said keeps runs of a tag, and lets none go. Add --keep-last=20 or --keep=30d.' : 'No run goes: neither an option nor flow.json says which. --keep-last=20 or --keep=30d would.')}\n`,
    );
  renderLeft(collected, output);
  renderBlobs(blobs, dryRun, output);
  const go = dryRun ? 'would go' : 'went';
  if (spins.length > 0) output.write(`  ${plural(spins.length, 'persisted spin')} ${go}: ${named(spins)}\n`);
  for (const [kind, [one, many]] of Object.entries(WORDS) as [FileKind, [string, string]][]) {
    const { names, bytes: size_ } = beside[kind];
    if (names.length === 0) continue;
    const which = kind === 'spins' || kind === 'handovers' ? `: ${named(names)}` : '';
    output.write(`  ${names.length} ${names.length === 1 ? one : many} ${go} (${size(size_)})${which}\n`);
  }
  const kept = judged.length - runs.length;
  const counts =
    judged.length === 0
      ? ''
      : `${plural(runs.length, 'run')} ${dryRun ? 'would be removed' : 'removed'}, ${thousands(kept)} kept; `;
  output.write(
    `${isUndone(collected) ? colors.yellow('!') : colors.green('✓')} ${counts}${size(bytes)} ${dryRun ? 'would come back, and the room of their records' : 'came back'}\n`,
  );
}

/** Who removes by age has to know it. */
function lineOf({ run, ahead, by }: ClockOff): string {
  const hours = Math.floor(by / 3_600_000);
  const far =
    hours >= 48
      ? plural(Math.floor(hours / 24), 'day')
      : hours > 0
        ? plural(hours, 'hour')
        : 'less than an hour';
  return `The clock of this machine is ${far} ${ahead ? 'ahead of' : 'behind'} the newest run, ${run}: see that it is right, since ages are counted by it.`;
}

function tableOf({ judged, runs }: Collected, output: Output): string {
  const { colors } = output;
  const now = Date.now();
  const gone = new Set(runs);
  const cells = judged.map(({ row, kept, goes = '' }) => {
    const run = `${row.flow}/${row.run}`;
    const why = kept ?? (gone.has(run) ? goes : 'its process may come back');
    return [
      run,
      gone.has(run) ? colors.red('remove') : colors.green('keep'),
      ...[row.status, ago(row.startedAt, now), row.tags.join(' '), why],
    ];
  });
  return table(
    [
      { head: 'Run' },
      { head: '' },
      { head: 'Status' },
      { head: 'Started' },
      { head: 'Tags', shrink: true },
      { head: 'Why' },
    ],
    cells,
    output.columns,
    colors.dim,
  );
}
