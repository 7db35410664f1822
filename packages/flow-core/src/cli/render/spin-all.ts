/** Renders a spin of many splits: their output, their progress, then one table of all of them. */

import { join, relative } from 'node:path';
import type { Change } from '../../engine/task/change';
import type { Emit, SpinDone, SpinsDone, SpinsStarted, SpunArtifact } from '../../engine/task/flow-event';
import { renderThrown } from './error';
import { eventLine } from './event-line';
import { LabelledLines, LiveRegion, progressLine } from './live-region';
import type { Output } from './output';
import { cardText, changeText, differencesText, persistedText, warnings } from './spin';
import { duration, plural, table } from './table';

/** Shows a spin of all splits, from its first event to its last. */
export function spinAllRenderer(output: Output, workspace: string, cwd: string): Emit {
  const { colors } = output;
  const counts = { name: '', planned: 0, running: 0, done: 0, failed: 0 };
  let begun = performance.now();
  let live: LiveRegion | undefined;
  const print = (text: string) => (live ? live.print(text) : output.write(text));
  const lines = new LabelledLines(output, (text) => (live ? live.print(text, true) : output.raw(text)));
  let shownTenth = 0;

  const started = (event: SpinsStarted) => {
    const { flow, step, run, count, workers, without } = event;
    Object.assign(counts, { name: step, planned: count });
    begun = performance.now();
    if (output.live)
      live = new LiveRegion(output, () => [progressLine(counts, performance.now() - begun, output)]);
    const what = `${plural(count, 'split')} of ${flow}/${run}, up to ${plural(workers, 'worker')}`;
    print(`${colors.bold(`spin ${flow}/${step}`)}${colors.dim(`  ${what}`)}\n`);
    print(warnings(event, output));
    for (const { index, why } of without.slice(0, SHOWN)) {
      print(`${colors.yellow('!')} split ${index.join(',')} has no inputs in run ${run}: ${why}\n`);
    }
    if (without.length > SHOWN) {
      print(`${colors.yellow('!')} nor have ${plural(without.length - SHOWN, 'more split')}\n`);
    }
  };

  const ended = ({ index, status, step }: SpinDone) => {
    counts.running = Math.max(0, counts.running - 1);
    counts[status === 'done' ? 'done' : 'failed']++;
    lines.close(labelOf({ step, index }));
    live?.changed();
    const over = counts.done + counts.failed;
    const tenth = Math.floor((over / counts.planned) * 10);
    if (live || counts.planned <= WIDE || tenth <= shownTenth) return;
    shownTenth = tenth;
    const failed = counts.failed > 0 ? `, ${counts.failed} failed` : '';
    const mark = counts.failed > 0 ? colors.red('✗') : colors.green('✓');
    print(`${mark} ${step} ${over}/${counts.planned}${failed}\n`);
  };

  const finished = (event: SpinsDone) => {
    const { spins, run, flow } = event;
    live?.close();
    output.write(`\n${splitTable(spins, run, output)}`);
    const totals = artifactTotals(spins, output);
    if (totals !== '') output.write(`\n${totals}`);
    for (const spin of spins) {
      const text = differencesText(spin, output);
      if (text !== '') output.write(`\n${colors.dim(`split ${spin.index.join(',')}`)}${text}`);
    }
    // The hints of failed splits are shown with their failures.
    const hints = spins.flatMap((spin) => (spin.error ? [] : spin.hints));
    const said = [...new Set(hints)].map((hint) => `${colors.yellow('!')} ${hint}\n`);
    if (said.length > 0) output.write(`\n${said.join('')}`);
    for (const text of failures(spins, output, workspace)) output.write(`\n${text}`);
    const folder = relative(cwd, join(workspace, event.outputs)) || '.';
    output.write(`\n${lastLine(event, output)}, outputs in ${folder}\n`);
    output.write(cardText(event, output, workspace, cwd));
    if (event.persisted !== undefined) output.write(persistedText(event.persisted, flow, output));
  };

  return (event) => {
    switch (event.type) {
      case 'spins-started':
        return started(event);
      case 'task-started':
        counts.running++;
        return live?.changed();
      case 'task-log':
        return lines.add(labelOf(event.task), event.stream, event.text);
      case 'spin-done':
        return ended(event);
      case 'spins-done':
        return finished(event);
      case 'spins-stopped':
        return live?.close();
      default:
        return print(eventLine(event, output));
    }
  };
}

/** `genre 2,0` */
function labelOf({ step, index }: Pick<SpinDone, 'step' | 'index'>): string {
  return `${step} ${index.join(',')}`;
}

/** With more splits than this, a line is printed for each tenth. */
const WIDE = 8;
/** How many splits without inputs are listed. */
const SHOWN = 5;

function splitTable(outcomes: readonly SpinDone[], run: number, output: Output): string {
  return table(
    [
      { head: 'Split', align: 'right' },
      { head: 'Item', shrink: true },
      { head: 'Status' },
      { head: 'Artifacts' },
      { head: 'Time', align: 'right' },
      { head: `In run ${run}`, align: 'right' },
    ],
    foldedRows(outcomes, output),
    output.columns,
    output.colors.dim,
  );
}

/** With more splits than this, neighbours with equal outcomes share a row. */
const FOLD_ABOVE = 12;

function foldedRows(outcomes: readonly SpinDone[], output: Output): string[][] {
  const { colors } = output;
  const groups: { same: string; spins: SpinDone[] }[] = [];
  for (const spin of outcomes) {
    const same = `${spin.status} ${changesText(spin, output)}`;
    const last = groups.at(-1);
    const together = outcomes.length > FOLD_ABOVE && spin.status === 'done' && last?.same === same;
    if (together) last.spins.push(spin);
    else groups.push({ same, spins: [spin] });
  }
  return groups.map(({ spins }) => {
    const [first] = spins as [SpinDone];
    const last = spins.at(-1) as SpinDone;
    const many = spins.length > 1;
    return [
      many ? `${first.index.join(',')}–${last.index.join(',')}` : first.index.join(','),
      many ? `${first.item ?? ''} … ${last.item ?? ''}` : (first.item ?? ''),
      first.status === 'done' ? colors.green('done') : colors.red('failed'),
      changesText(first, output),
      timesText(spins.map(({ durationMs }) => durationMs)),
      colors.dim(timesText(spins.flatMap(({ originMs }) => (originMs === undefined ? [] : [originMs])))),
    ];
  });
}

/** `12 ms`, or for several splits the shortest and the longest: `2 ms–1.2 s`. */
export function timesText(times: readonly number[]): string {
  if (times.length === 0) return '';
  const [least, most] = [duration(Math.min(...times)), duration(Math.max(...times))];
  return least === most ? least : `${least}–${most}`;
}

export const CHANGES: readonly Change[] = ['same', 'changed', 'new', 'gone'];

/** `3 same, changed: stats`: equal artifacts are counted, others are named. */
export function changesText(
  { artifacts, status }: Pick<SpinDone, 'artifacts' | 'status'>,
  output: Output,
): string {
  if (status !== 'done') return '';
  const parts = CHANGES.flatMap((change) => {
    const names = artifacts.filter((artifact) => artifact.change === change).map(({ name }) => name);
    if (names.length === 0) return [];
    const mark = changeText(change, output);
    if (change === 'same') return [artifacts.length === 1 ? mark : `${names.length} ${mark}`];
    return [`${mark}: ${names.slice(0, 4).join(', ')}${names.length > 4 ? ', …' : ''}`];
  });
  return parts.length > 0 ? parts.join(', ') : output.colors.dim('none');
}

/** A line for each artifact: in how many splits it is the same, changed, new, gone. */
function artifactTotals(outcomes: readonly SpinDone[], output: Output): string {
  const all = new Map<string, SpunArtifact[]>();
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

/** Each failure with its first user frame. The same failure in many splits is shown once. */
export function failures(
  outcomes: readonly SpinDone[],
  output: Output,
  cwd: string,
  name: (same: readonly SpinDone[]) => string = splitsText,
): string[] {
  const { colors } = output;
  const found = new Map<string, SpinDone[]>();
  for (const outcome of outcomes) {
    if (!outcome.error) continue;
    const hints = outcome.hints.map((hint) => `${colors.yellow('!')} ${hint}\n`).join('');
    const text = `${renderThrown(outcome.error, output, cwd, 1)}${hints}`;
    found.set(text, [...(found.get(text) ?? []), outcome]);
  }
  return [...found].map(([text, same]) => {
    return `${colors.red(name(same))}\n${text}`;
  });
}

/** `splits 0 2 5 …` */
function splitsText(same: readonly SpinDone[]): string {
  const which = same.slice(0, 12).map(({ index }) => index.join(','));
  const more = same.length > which.length ? ' …' : '';
  return `${same.length > 1 ? 'splits' : 'split'} ${which.join(' ')}${more}`;
}

function lastLine({ spins, durationMs, run }: SpinsDone, { colors }: Output): string {
  const failed = spins.filter(({ status }) => status !== 'done').length;
  const sum = (times: (number | undefined)[]) => times.reduce<number>((total, ms) => total + (ms ?? 0), 0);
  const before = spins.filter(({ originMs }) => originMs !== undefined);
  const beside =
    before.length === spins.length
      ? ` (steps ${duration(sum(spins.map((spin) => spin.durationMs)))}, ${duration(sum(before.map(({ originMs }) => originMs)))} in run ${run})`
      : '';
  const word =
    failed > 0
      ? `${colors.red('failed')} ${failed} of ${plural(spins.length, 'split')}`
      : `${colors.green('done')} ${plural(spins.length, 'split')}`;
  return `${word} in ${duration(durationMs)}${colors.dim(beside)}`;
}
