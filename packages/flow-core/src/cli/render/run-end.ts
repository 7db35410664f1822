/** The last lines of a run: what was reused, and what helps after a failure. */
import { thousands } from '../../definition/thousands';
import type { RunDone } from '../../engine/task/flow-event';
import type { Output } from './output';
import { plural } from './table';

/** Says what it cannot know, too. */
export function reusedLine(
  { flow, run, tasks: { done, failed } }: RunDone,
  reused: number,
  { colors }: Output,
): string {
  const all = done + failed + reused;
  const others = reused < all ? ` What differs of the others: nx-flow why ${flow} ${run}` : '';
  return `${thousands(reused)} of ${plural(all, 'task')} reused. ${colors.dim(`Changes of time, network and randomness are not seen.${others}`)}\n`;
}

/** The two commands that help after a failure. */
export function remedies(flow: string, step: string, { colors }: Output): string {
  const spin = `nx-flow spin ${flow} ${step}`;
  const resume = `nx-flow resume ${flow}`;
  const width = Math.max(spin.length, resume.length);
  return [
    `  ${spin.padEnd(width)}  ${colors.dim(`executes ${step} alone, on the same inputs, until it is right`)}\n`,
    `  ${resume.padEnd(width)}  ${colors.dim('then executes what is missing')}\n`,
  ].join('');
}
