/** A spin on screen: where its inputs come from, then one table of what the step returned. */
import type { Graph } from '../../definition/graph';
import type { Change } from '../../engine/change';
import type { Resolved } from '../../engine/inputs/resolved';
import type { SpinArtifact, SpinOutcome } from '../../engine/spin/outcome';
import { previewOf } from '../../engine/task/preview';
import { renderThrown } from './error';
import type { Output } from './output';
import { cut, duration, size, table } from './table';

export const renderSpin = { head, end, installing, warnings, kept, changeText };

function head(
  graph: Graph,
  { node, run, origin, stack, passedOver, iteration, otherArm }: Resolved,
  output: Output,
): string {
  const { colors } = output;
  const inputs = origin
    ? `inputs of ${run?.flow}/${run?.run}/${origin.step}/${origin.task}`
    : run
      ? `inputs from ${run.flow}/${run.run}`
      : 'on its parameters';
  const place = [
    ...stack.map(({ index, count }) => `split ${index} of ${count}`),
    ...(iteration === undefined ? [] : [`iteration ${iteration}`]),
  ].join(', ');
  const lines = [
    `${colors.bold(`spin ${graph.flow}/${node.name}`)}${colors.dim(`  ${inputs}${place ? `, ${place}` : ''}`)}\n`,
  ];
  if (otherArm !== undefined) lines.push(`${colors.yellow('!')} ${otherArm}: spun on what it left\n`);
  lines.push(warnings(node, passedOver, output));
  return lines.join('');
}

/** What the user should know before the step runs. */
function warnings({ options }: Resolved['node'], passedOver: readonly string[], { colors }: Output): string {
  const lines: string[] = [];
  if (passedOver.length > 0) {
    const shown = passedOver.slice(0, 3).join(', ');
    lines.push(`${colors.yellow('!')} passed over run ${shown}${passedOver.length > 3 ? ', …' : ''}\n`);
  }
  const left = (['retry', 'catch'] as const).filter((option) => options[option] !== undefined);
  if (left.length > 0)
    lines.push(`${colors.yellow('!')} ${left.join(' and ')} not applied: a spin shows the error as it is\n`);
  return lines.join('');
}

/** How to look at a spin that was kept. */
function kept(pathspec: string, flow: string, { colors }: Output): string {
  const run = pathspec.split('/')[1];
  return `${colors.dim('kept as')} ${pathspec}${colors.dim(`: nx-flow dump --spin ${flow} ${run}`)}\n`;
}

function installing(packages: string, { colors }: Output): string {
  return `${colors.dim('⇣')} installing ${packages} …\n`;
}

function end(outcome: SpinOutcome, { run }: Resolved, folder: string, output: Output, cwd: string): string {
  const { colors } = output;
  const beside =
    outcome.originMs === undefined ? '' : colors.dim(` (${duration(outcome.originMs)} in run ${run?.run})`);
  const hints = [...new Set(outcome.hints)].map((hint) => `${colors.yellow('!')} ${hint}\n`).join('');
  if (outcome.status === 'failed' && outcome.error) {
    return `\n${renderThrown(outcome.error, output, cwd)}${hints}\n${colors.red('failed')} after ${duration(outcome.durationMs)}${beside}\n`;
  }
  const rows = outcome.artifacts.map((artifact) => [
    artifact.name,
    artifact.type,
    size(artifact.size),
    changeText(artifact.change, output),
    preview(artifact, output.columns),
  ]);
  const body =
    rows.length > 0
      ? `\n${table([{ head: 'Artifact' }, { head: 'Type' }, { head: 'Size', align: 'right' }, { head: 'Change' }, { head: 'Value', shrink: true }], rows, output.columns, colors.dim)}`
      : `\n${colors.dim('The step returned no artifacts.')}\n`;
  return `${body}${hints === '' ? '' : `\n${hints}`}\n${colors.green('done')} in ${duration(outcome.durationMs)}${beside}, outputs in ${folder}\n`;
}

function changeText(change: Change, { colors }: Output): string {
  const paint = { same: colors.dim, changed: colors.yellow, new: colors.cyan, gone: colors.red };
  return paint[change](change);
}

/** The value on one line, cut. A reference is not decoded for it. */
export function preview(
  {
    value,
    reference,
    change,
    preview: line,
  }: Pick<SpinArtifact, 'value' | 'reference' | 'preview'> & { change?: Change },
  width: number,
): string {
  if (reference) return `from ${reference.at}`;
  if (change === 'gone') return '';
  return cut(line ?? previewOf(value, width), width);
}
