/** Renders a spin: where its inputs come from, what the step prints, then one table of what it returned. */
import { join, relative } from 'node:path';
import { type Change, changeSince } from '../../engine/task/change';
import type { Emit, SpinDone, SpinStarted, SpinsStarted } from '../../engine/task/flow-event';
import { differenceText } from './difference';
import { renderThrown } from './error';
import { eventLine } from './event-line';
import type { Output } from './output';
import { duration, size, table } from './table';
import { cut } from './text';

/** Shows one spin, from its first event to its last. */
export function spinRenderer(output: Output, workspace: string, cwd: string): Emit {
  return (event) => {
    switch (event.type) {
      case 'spin-started':
        return output.write(headText(event, output));
      case 'task-log':
        return output.raw(event.text);
      case 'spin-done': {
        output.write(endText(event, { end: outputsText(event, workspace, cwd) }, output, workspace));
        output.write(cardText(event, output, workspace, cwd));
        if (event.persisted !== undefined) output.write(persistedText(event.persisted, event.flow, output));
        return;
      }
      default:
        return output.write(eventLine(event, output));
    }
  };
}

/** What is executed, and where its inputs come from. @param command what executes it */
export function headText(event: SpinStarted, output: Output, command = 'spin'): string {
  const { flow, step, origin, run, splits, iteration, otherCase, otherSplit, empty } = event;
  const { colors } = output;
  const inputs =
    origin === undefined
      ? 'on its parameters'
      : origin === `${flow}/${run}`
        ? `inputs from ${origin}`
        : `inputs of ${origin}`;
  const place = [
    ...splits.map(({ index, count }) => `index ${index} of ${count} splits`),
    ...(iteration === undefined ? [] : [`iteration ${iteration}`]),
  ].join(', ');
  const lines = [
    `${colors.bold(`${command} ${flow}/${step}`)}${colors.dim(`  ${inputs}${place ? `, ${place}` : ''}`)}\n`,
  ];
  if (otherSplit !== undefined) {
    const at = splits.map(({ index }) => index).join(',');
    lines.push(`${colors.yellow('!')} split ${at} is the first that has inputs: ${otherSplit}\n`);
  }
  if (empty !== undefined)
    lines.push(`${colors.yellow('!')} no inputs: ${empty} had nothing to split there\n`);
  if (otherCase !== undefined) lines.push(`${colors.yellow('!')} ${otherCase}: spun on what it left\n`);
  lines.push(warnings(event, output));
  return lines.join('');
}

/** What the user should know before the step is executed. */
export function warnings(
  { passedOver, notApplied }: Pick<SpinStarted | SpinsStarted, 'passedOver' | 'notApplied'>,
  { colors }: Output,
): string {
  const lines: string[] = [];
  if (passedOver.length > 0) {
    const shown = passedOver.slice(0, 3).join(', ');
    lines.push(`${colors.yellow('!')} passed over run ${shown}${passedOver.length > 3 ? ', …' : ''}\n`);
  }
  if (notApplied.length > 0) {
    const options = notApplied.join(' and ');
    lines.push(`${colors.yellow('!')} ${options} not applied: a spin shows the error as it is\n`);
  }
  return lines.join('');
}

/** Where its cards are, and that of its origin. Empty where it showed nothing. */
export function cardText(
  { cards = [], originCard }: Pick<SpinDone, 'cards' | 'originCard'>,
  output: Output,
  workspace: string,
  cwd: string,
): string {
  const shown = (file: string) => relative(cwd, join(workspace, file));
  const files = cards.flatMap(({ file }) => (file === undefined ? [] : [shown(file)]));
  if (files.length === 0) return '';
  const { dim } = output.colors;
  const beside = originCard === undefined ? '' : dim(`, the origin's in ${shown(originCard)}`);
  return `${dim(files.length === 1 ? 'card in' : 'cards in')} ${files.join(', ')}${beside}\n`;
}

/** How to look at a persisted spin. */
export function persistedText(pathspec: string, flow: string, { colors }: Output): string {
  const run = pathspec.split('/')[1];
  return `${colors.dim('persisted as')} ${pathspec}${colors.dim(`: nx-flow dump --spin ${flow} ${run}`)}\n`;
}

/** How to look at what a step saw. */
function lookText({ flow, step, index }: SpinDone, { colors }: Output): string {
  const at = index.length === 0 ? '' : ` --index=${index.join()}`;
  return `${colors.dim('a prompt on what it saw:')} nx-flow repl ${flow} ${step}${at}`;
}

/** Where the outputs of a spin are, as the end of a sentence. */
export function outputsText({ outputs }: SpinDone, workspace: string, cwd: string): string {
  return outputs === undefined
    ? 'its outputs were not written'
    : `outputs in ${relative(cwd, join(workspace, outputs)) || '.'}`;
}

export interface EndOptions {
  /** The end of the last line. */
  end: string;
  /** In a watch, the spin before: what is another than in that gets a column. */
  before?: { n: number; artifacts: SpinDone['artifacts'] } | undefined;
}

/** What a spin came to: its table, or its error; and the time. */
export function endText(
  done: SpinDone,
  { end, before }: EndOptions,
  output: Output,
  workspace: string,
): string {
  const { colors } = output;
  const { originMs, run, durationMs } = done;
  const beside = originMs === undefined ? '' : colors.dim(` (${duration(originMs)} in run ${run})`);
  const hints = done.hints.map((hint) => `${colors.yellow('!')} ${hint}\n`).join('');
  if (done.status === 'failed' && done.error) {
    const look = output.live ? `${lookText(done, output)}\n` : '';
    return `\n${renderThrown(done.error, output, workspace)}${hints}\n${colors.red('failed')} after ${duration(durationMs)}${beside}${before ? `, ${end}` : ''}\n${look}`;
  }
  const rows = done.artifacts.map((artifact) => [
    artifact.name,
    artifact.type,
    size(artifact.size),
    changeText(artifact.change, output),
    ...(before ? [changeText(changeSince(before.artifacts, artifact), output)] : []),
    cut(artifact.preview, output.columns),
  ]);
  const body =
    rows.length > 0
      ? `\n${table(
          [
            { head: 'Artifact' },
            { head: 'Type' },
            { head: 'Size', align: 'right' },
            ...(before
              ? [{ head: run === undefined ? 'Change' : `vs run ${run}` }, { head: `vs spin ${before.n}` }]
              : [{ head: 'Change' }]),
            { head: 'Value', shrink: true },
          ],
          rows,
          output.columns,
          colors.dim,
        )}`
      : `\n${colors.dim('The step returned no artifacts.')}\n`;
  const differences = differencesText(done, output);
  return `${body}${differences}${hints === '' ? '' : `\n${hints}`}\n${colors.green('done')} in ${duration(durationMs)}${beside}, ${end}\n`;
}

/** What differs inside of its artifacts, where that was asked for. */
export function differencesText({ artifacts }: Pick<SpinDone, 'artifacts'>, output: Output): string {
  return artifacts
    .flatMap(({ name, difference }) => (difference ? [`\n${differenceText(name, difference, output)}`] : []))
    .join('');
}

export function changeText(change: Change, { colors }: Output): string {
  const paint = { same: colors.dim, changed: colors.yellow, new: colors.cyan, gone: colors.red };
  return paint[change](change);
}
