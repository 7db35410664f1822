/** Renders what differs in the spin on the screen: beside the run that gave its inputs, and beside the spin before. */
import type { Comparison } from '../../session/watch/protocol';
import { differenceText } from '../render/difference';
import type { Output } from '../render/output';
import { placeText } from '../render/several';
import { changesText } from '../render/spin-all';

export function comparisonsText(n: number, comparisons: readonly Comparison[], output: Output): string {
  const { colors } = output;
  if (comparisons.length === 0) return `\n${colors.dim(`spin ${n} has nothing to be compared with`)}\n`;
  const several = new Set(comparisons.map(({ spin }) => `${spin.step} ${spin.index}`)).size > 1;
  return comparisons
    .map(({ spin, beside }) => {
      const [[kind, number]] = Object.entries(beside) as [[string, number]];
      const task = several ? `  ${`${spin.step} ${placeText(spin)}`.trim()}` : '';
      const head = `${colors.dim('──')} ${colors.bold(`spin ${n} vs ${kind} ${number}`)}${task}  ${changesText(spin, output)}\n`;
      const inside = spin.artifacts.flatMap(({ name, difference }) =>
        difference ? [differenceText(name, difference, output)] : [],
      );
      return `\n${head}${inside.join('')}`;
    })
    .join('');
}
