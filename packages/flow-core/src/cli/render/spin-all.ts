/** A spin of many splits on screen: what they print, how far they are, then one table of all of them. */

import type { Change } from '../../engine/change';
import type { Splits } from '../../engine/inputs/splits';
import type { SplitOutcome } from '../../engine/spin/all';
import type { SpinArtifact } from '../../engine/spin/outcome';
import { renderThrown } from './error';
import { LabelledLines, LiveRegion, progressLine } from './live';
import type { Output } from './output';
import { renderSpin } from './spin';
import { duration, plural, table } from './table';

export interface SpinAllRenderer {
  started(): void;
  log(index: readonly number[], stream: 'stdout' | 'stderr', text: string): void;
  ended(outcome: SplitOutcome): void;
  notice(message: string): void;
  /** Nothing is redrawn any more. */
  close(): void;
  end(outcomes: readonly SplitOutcome[], wallMs: number, folder: string, cwd: string): void;
}

export function spinAllRenderer(
  { node, run, splits, without, passedOver }: Splits,
  workers: number,
  output: Output,
): SpinAllRenderer {
  const { colors } = output;
  const counts = { name: node.name, planned: splits.length, running: 0, done: 0, failed: 0 };
  const begun = performance.now();
  const live = output.live
    ? new LiveRegion(output, () => [progressLine(counts, performance.now() - begun, output)])
    : undefined;
  const print = (text: string) => (live ? live.print(text) : output.write(text));
  const lines = new LabelledLines(output, print);
  const label = (index: readonly number[]) => `${node.name} ${index.join(',')}`;
  let told = 0;

  const atOnce = plural(Math.min(workers, splits.length), 'worker');
  const what = `${plural(splits.length, 'split')} of ${run.flow}/${run.run}, up to ${atOnce}`;
  print(`${colors.bold(`spin ${run.flow}/${node.name}`)}${colors.dim(`  ${what}`)}\n`);
  print(renderSpin.warnings(node, passedOver, output));
  for (const { index, why } of without.slice(0, SHOWN)) {
    print(`${colors.yellow('!')} split ${index.join(',')} has no inputs in run ${run.run}: ${why}\n`);
  }
  if (without.length > SHOWN) {
    print(`${colors.yellow('!')} nor have ${plural(without.length - SHOWN, 'more split')}\n`);
  }
  return {
    started() {
      counts.running++;
      live?.changed();
    },
    log: (index, stream, text) => lines.add(label(index), stream, text),
    ended({ index, status }) {
      counts.running = Math.max(0, counts.running - 1);
      counts[status === 'done' ? 'done' : 'failed']++;
      lines.close(label(index));
      live?.changed();
      const ended = counts.done + counts.failed;
      const tenth = Math.floor((ended / counts.planned) * 10);
      if (live || counts.planned <= WIDE || tenth <= told) return;
      told = tenth;
      const failed = counts.failed > 0 ? `, ${counts.failed} failed` : '';
      print(
        `${counts.failed > 0 ? colors.red('✗') : colors.green('✓')} ${node.name} ${ended}/${counts.planned}${failed}\n`,
      );
    },
    notice: (message) => print(`${colors.yellow('!')} ${message}\n`),
    close: () => live?.close(),
    end(outcomes, wallMs, folder, cwd) {
      live?.close();
      output.write(`\n${splitTable(outcomes, run.run, output)}`);
      const totals = artifactTotals(outcomes, output);
      if (totals !== '') output.write(`\n${totals}`);
      // Those of failures stand with them.
      const hints = outcomes.flatMap((outcome) => (outcome.error ? [] : outcome.hints));
      const said = [...new Set(hints)].map((hint) => `${colors.yellow('!')} ${hint}\n`);
      if (said.length > 0) output.write(`\n${said.join('')}`);
      for (const text of failures(outcomes, output, cwd)) output.write(`\n${text}`);
      output.write(`\n${lastLine(outcomes, wallMs, run.run, output)}, outputs in ${folder}\n`);
    },
  };
}

/** With more splits than this, lines tell each tenth. */
const WIDE = 8;
/** Splits without inputs that are told. */
const SHOWN = 5;

function splitTable(outcomes: readonly SplitOutcome[], run: number, output: Output): string {
  const { colors } = output;
  const rows = outcomes.map((outcome) => [
    outcome.index.join(','),
    outcome.item,
    outcome.status === 'done' ? colors.green('done') : colors.red('failed'),
    changesText(outcome, output),
    duration(outcome.durationMs),
    outcome.originMs === undefined ? '' : colors.dim(duration(outcome.originMs)),
  ]);
  return table(
    [
      { head: 'Split', align: 'right' },
      { head: 'Item', shrink: true },
      { head: 'Status' },
      { head: 'Artifacts' },
      { head: 'Time', align: 'right' },
      { head: `In run ${run}`, align: 'right' },
    ],
    rows,
    output.columns,
    colors.dim,
  );
}

const CHANGES: readonly Change[] = ['same', 'changed', 'new', 'gone'];

/** `3 same, changed: stats`: what stayed is counted, what did not is named. */
function changesText({ artifacts, status }: SplitOutcome, output: Output): string {
  if (status !== 'done') return '';
  const parts = CHANGES.flatMap((change) => {
    const names = artifacts.filter((artifact) => artifact.change === change).map(({ name }) => name);
    if (names.length === 0) return [];
    const mark = renderSpin.changeText(change, output);
    if (change === 'same') return [artifacts.length === 1 ? mark : `${names.length} ${mark}`];
    return [`${mark}: ${names.slice(0, 4).join(', ')}${names.length > 4 ? ', …' : ''}`];
  });
  return parts.length > 0 ? parts.join(', ') : output.colors.dim('none');
}

/** A line for each artifact: in how many splits it is the same, changed, new, gone. */
function artifactTotals(outcomes: readonly SplitOutcome[], output: Output): string {
  const all = new Map<string, SpinArtifact[]>();
  for (const { artifacts } of outcomes) {
    for (const artifact of artifacts) {
      const found = all.get(artifact.name);
      if (found) found.push(artifact);
      else all.set(artifact.name, [artifact]);
    }
  }
  if (all.size === 0) return '';
  const rows = [...all].map(([name, found]) => [
    name,
    ...CHANGES.map((change) => {
      const count = found.filter((artifact) => artifact.change === change).length;
      return count === 0 ? '' : String(count);
    }),
  ]);
  const heads = ['Same', 'Changed', 'New', 'Gone'].map((head) => ({ head, align: 'right' as const }));
  return table([{ head: 'Artifact' }, ...heads], rows, output.columns, output.colors.dim);
}

/** Each failure with its first frame of the user; the same one in many splits is told once. */
function failures(outcomes: readonly SplitOutcome[], output: Output, cwd: string): string[] {
  const { colors } = output;
  const found = new Map<string, SplitOutcome[]>();
  for (const outcome of outcomes) {
    if (!outcome.error) continue;
    const hints = outcome.hints.map((hint) => `${colors.yellow('!')} ${hint}\n`).join('');
    const text = `${renderThrown(outcome.error, output, cwd, 1)}${hints}`;
    found.set(text, [...(found.get(text) ?? []), outcome]);
  }
  return [...found].map(([text, same]) => {
    const which = same.slice(0, 12).map(({ index }) => index.join(','));
    const more = same.length > which.length ? ' …' : '';
    return `${colors.red(`${same.length > 1 ? 'splits' : 'split'} ${which.join(' ')}${more}`)}\n${text}`;
  });
}

function lastLine(
  outcomes: readonly SplitOutcome[],
  wallMs: number,
  run: number,
  { colors }: Output,
): string {
  const failed = outcomes.filter(({ status }) => status !== 'done').length;
  const sum = (times: (number | undefined)[]) => times.reduce<number>((total, ms) => total + (ms ?? 0), 0);
  const before = outcomes.filter(({ originMs }) => originMs !== undefined);
  const beside =
    before.length === outcomes.length
      ? ` (steps ${duration(sum(outcomes.map(({ durationMs }) => durationMs)))}, ${duration(sum(before.map(({ originMs }) => originMs)))} in run ${run})`
      : '';
  const word =
    failed > 0
      ? `${colors.red('failed')} ${failed} of ${plural(outcomes.length, 'split')}`
      : `${colors.green('done')} ${plural(outcomes.length, 'split')}`;
  return `${word} in ${duration(wallMs)}${colors.dim(beside)}`;
}
