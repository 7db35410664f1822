/** Renders what differs in the spin on the screen: beside the run that gave its inputs, and beside the spin before. */
import type { SpinDone } from '../../engine/task/flow-event';
import type { Comparison } from '../../session/watch/protocol';
import { differenceText } from '../render/difference';
import type { Output } from '../render/output';
import { placeText } from '../render/several';
import { changesText } from '../render/spin-all';
import { plural } from '../render/table';

export function comparisonsText(n: number, comparisons: readonly Comparison[], output: Output): string {
  const { colors } = output;
  if (comparisons.length === 0) return `\n${colors.dim(`spin ${n} has nothing to be compared with`)}\n`;
  const tasks = new Set(comparisons.map(({ spin }) => `${spin.step} ${spin.index}`)).size;
  const others = comparisons.filter(({ spin }) => tasks === 1 || !isSame(spin));
  const same = comparisons.length - others.length;
  const texts = others.map((one) => comparisonText(n, one, tasks > 1, output));
  if (same > 0)
    texts.push(`\n${colors.dim(`${plural(same, 'comparison')} of ${plural(tasks, 'task')}: the same`)}\n`);
  return texts.join('');
}

function comparisonText(n: number, { spin, beside }: Comparison, placed: boolean, output: Output): string {
  const { colors } = output;
  const [[kind, number]] = Object.entries(beside) as [[string, number]];
  const task = placed ? `  ${`${spin.step} ${placeText(spin)}`.trim()}` : '';
  const head = `${colors.dim('──')} ${colors.bold(`spin ${n} vs ${kind} ${number}`)}${task}  ${changesText(spin, output)}\n`;
  const inside = spin.artifacts.flatMap(({ name, difference }) =>
    difference ? [differenceText(name, difference, output)] : [],
  );
  return `\n${head}${inside.join('')}`;
}

const isSame = ({ artifacts }: SpinDone) => artifacts.every(({ change }) => change === 'same');
